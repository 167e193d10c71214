import { z } from 'zod';
import { kafkaSinkResource } from '../resource.ts';
import {
  atomicList,
  celRules,
  countOf,
  immutableCount,
  immutableField,
  openObject,
  patterned,
  whenCreated,
  type CelRule,
} from './building-blocks.ts';
import { objectMetaSchema } from './object-meta.ts';
import { sinkStatusSchema } from './status.ts';

/** The longest name Kafka gives a topic: its log folder adds a partition number and must fit a file name. */
const longestTopic = 249;
const longestHostAndPort = 253 + ':65535'.length;
const mostBootstrapServers = 64;

const topicSchema = patterned({
  pattern: /^[a-zA-Z0-9._-]+$/,
  maxLength: longestTopic,
  mend: 'may hold only letters, digits, ".", "_" and "-"; rename the topic',
  reserved: ['.', '..'],
  description:
    'The Kafka topic that events are written to. Cannot be changed later. Letters, digits, ".", "_" and "-".',
});

const port = '([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])';
const hostName = String.raw`[a-zA-Z0-9]([a-zA-Z0-9._-]*[a-zA-Z0-9])?\.?`;
const bracketedIPv6 = String.raw`\[[0-9a-fA-F:.]*:[0-9a-fA-F:.]*\]`;

const bootstrapServerSchema = patterned({
  pattern: new RegExp(`^(${hostName}|${bracketedIPv6}):${port}$`),
  maxLength: longestHostAndPort,
  mend: 'must be host:port with a port from 1 to 65535, such as kafka.example.com:9092 or [2001:db8::1]:9092',
  description: 'One broker as host:port; an IPv6 address stands in brackets.',
});

const secretNameSchema = patterned({
  pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
  maxLength: 253,
  mend: 'must be the name of a Secret: lower-case letters, digits, "-" and "."',
  description: 'The name of the Secret; it is looked up in the namespace of the sink.',
});

const authSchema = openObject({
  secret: openObject({
    ref: openObject({ name: secretNameSchema }).meta({ description: 'Which Secret.' }),
  }).meta({
    description: 'A Secret with the keys protocol, sasl.mechanism, user, password, ca.crt and so on.',
  }),
}).meta({
  description:
    'How to log in to Kafka. Leave it out where the brokers ask for neither encryption nor a login.',
});

const reshapeMend = 'alter the topic itself with the tools of Kafka';

/** Partitions may be added to a topic, and the sink may say so afterwards. */
const partitionsOnlyGrow: CelRule = {
  rule:
    `${countOf('self', 'numPartitions')} == ${countOf('oldSelf', 'numPartitions')} || ` +
    `(${countOf('self', 'replicationFactor')} > 0 && ${countOf('oldSelf', 'numPartitions')} > 0 && ` +
    'self.numPartitions > oldSelf.numPartitions)',
  message: `numPartitions can only be raised once the sink exists; ${reshapeMend}`,
  fieldPath: '.numPartitions',
  reason: 'FieldValueForbidden',
};

const kafkaSinkSpecSchema = openObject({
  topic: topicSchema,
  bootstrapServers: z
    .array(bootstrapServerSchema)
    .min(1)
    .max(mostBootstrapServers)
    .meta({
      ...atomicList,
      description:
        'Brokers to ask for the rest of the cluster. One is enough, two or three survive a failure.',
    }),
  contentMode: z
    .enum(['binary', 'structured'])
    .default('binary')
    .meta({
      description:
        'How an event becomes a record. binary: attributes as ce_ headers, the payload as it came. ' +
        'structured: one JSON object with everything.',
    }),
  numPartitions: z
    .int32()
    .min(1)
    .optional()
    .meta({
      format: 'int32',
      description:
        'How many partitions to create the topic with. Only together with replicationFactor. May be raised later, to ' +
        'what the topic has by then; partitions are never added to it.',
    }),
  replicationFactor: z.int32().min(1).max(32_767).optional().meta({
    format: 'int32',
    description:
      'How many copies of each partition to create. Only together with numPartitions. Cannot be changed later.',
  }),
  topicDeletionPolicy: z
    .enum(['Delete', 'Retain'])
    .default('Delete')
    .meta({
      description:
        'What becomes of a topic that the sink has created when the sink is deleted. Delete: it goes with the sink, ' +
        'unless another KafkaSink uses it or its namespace is deleted. Retain: it is kept. Any other topic is always kept.',
    }),
  auth: authSchema.optional(),
}).meta({
  description: 'Where events are written to, and how.',
  ...celRules(
    immutableField('topic', 'create another KafkaSink for another topic'),
    partitionsOnlyGrow,
    immutableCount('replicationFactor', reshapeMend),
    whenCreated({
      rule: `(${countOf('self', 'numPartitions')} != 0) == (${countOf('self', 'replicationFactor')} != 0)`,
      message:
        'numPartitions and replicationFactor go together; set both to have the topic created, ' +
        'or neither to use a topic that exists',
    }),
  ),
});

/** The one source for the type, the run-time check and the CRD of KafkaSink. */
export const kafkaSinkSchema = openObject({
  apiVersion: z.literal(kafkaSinkResource.apiVersion),
  kind: z.literal(kafkaSinkResource.kind),
  metadata: objectMetaSchema,
  spec: kafkaSinkSpecSchema,
  status: sinkStatusSchema.optional(),
}).meta({ description: 'A KafkaSink writes each event it is sent to a Kafka topic.' });

/** A KafkaSink as the API server hands it out. */
export type KafkaSink = z.output<typeof kafkaSinkSchema>;

/** What a KafkaSink asks for. */
export type KafkaSinkSpec = KafkaSink['spec'];
