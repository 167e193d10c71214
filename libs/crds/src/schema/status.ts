import { z } from 'zod';
import { atomicList, openObject } from './building-blocks.ts';

const conditionSchema = openObject({
  type: z.string().min(1).meta({ description: 'What the condition is about, such as Ready.' }),
  status: z
    .enum(['True', 'False', 'Unknown'])
    .meta({ description: 'True, False, or Unknown while it cannot be told.' }),
  reason: z.string().optional().meta({
    description: 'One word, from a closed set, for why the condition has this status; fit for alerts.',
  }),
  message: z
    .string()
    .optional()
    .meta({ description: 'A sentence for people: what is wrong and what mends it.' }),
  lastTransitionTime: z
    .string()
    .optional()
    .meta({ format: 'date-time', description: 'When the status last went from one value to another.' }),
  severity: z.string().optional().meta({
    description:
      'Info on conditions that Knative does not know, which its own controllers must not count towards Ready.',
  }),
}).meta({ description: 'One thing that has to hold for the sink to work, and whether it does.' });

/** One entry of `status.conditions`. */
export type Condition = z.output<typeof conditionSchema>;

/** Whether a condition holds; Unknown while it cannot be told. */
export type ConditionStatus = Condition['status'];

const addressFields = {
  name: z.string().optional().meta({ description: 'The scheme of the address, to tell several apart.' }),
  url: z.string().optional().meta({ description: 'Where events are posted to.' }),
  CACerts: z.string().optional().meta({
    description: 'Certificates in PEM form by which a sender recognises an https address.',
  }),
  audience: z.string().optional().meta({ description: 'The audience that a sender’s OIDC token must name.' }),
};

const addressable = openObject(addressFields);

/** One address of a sink, as Knative’s Addressable duck type has it. */
export type Addressable = z.output<typeof addressable>;

const policySchema = openObject({
  apiVersion: z.string().optional().meta({ description: 'The API version of the EventPolicy.' }),
  name: z.string().optional().meta({ description: 'The name of the EventPolicy.' }),
}).meta({ description: 'An EventPolicy in force.' });

/** What `kubectl explain` says of any sink’s status. */
export const sinkStatusDescription = 'How the sink is doing; written by the controller.';

/** The status fields that every sink has, as a shape to extend. */
export const sinkStatusFields = {
  observedGeneration: z.int().optional().meta({
    format: 'int64',
    description:
      'The metadata.generation this status speaks of; an older number means that it is out of date.',
  }),
  conditions: z
    .array(conditionSchema)
    .optional()
    .meta({
      description: 'What has to hold for the sink to work. Ready sums the others up.',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['type'],
    }),
  annotations: z.record(z.string(), z.string()).optional().meta({
    description: 'Further facts about the sink, by key.',
  }),
  address: openObject(addressFields).optional().meta({
    description: 'Where to post events. Set only once every data-plane pod in rotation serves this sink.',
  }),
  addresses: z
    .array(addressable.meta({ description: 'One way to reach the sink.' }))
    .optional()
    .meta({ ...atomicList, description: 'All addresses of the sink, the preferred one first.' }),
  policies: z
    .array(policySchema)
    .optional()
    .meta({ ...atomicList, description: 'The EventPolicies that apply to the sink and are ready.' }),
};

/** The status of a sink that has nothing to add to it. */
export const sinkStatusSchema = openObject(sinkStatusFields).meta({ description: sinkStatusDescription });

/** The status that every sink has. */
export type SinkStatus = z.output<typeof sinkStatusSchema>;
