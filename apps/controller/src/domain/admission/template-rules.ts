import type { Problem } from './problem.ts';
import {
  containersOf,
  fieldsAt,
  isFields,
  listAt,
  podSpecOf,
  podSpecPath,
  type Fields,
} from './template-fields.ts';

/** What the rules look at. */
export interface RuledSink {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: { readonly job: Fields };
}

/** What the dispatcher adds to every pod; `@event-sinks/job-plan` has the names. */
export interface EventPlace {
  readonly volume: string;
  readonly mountPath: string;
  /** Whether a volumeMount takes the place of ours. */
  readonly isFolder: (mount: Fields) => boolean;
}

type Rule = (sink: RuledSink, place: EventPlace) => Problem[];

/**
 * What is wrong with a JobSink that a trial of its Job would not show, or not in words that help: these concern
 * what the dispatcher itself writes, or leaves out.
 */
export function ruleProblems(sink: RuledSink, place: EventPlace): Problem[] {
  return rules.flatMap((rule) => rule(sink, place));
}

const longestName = 63;

const nameFits: Rule = ({ metadata }) =>
  metadata.name.length <= longestName
    ? []
    : [
        {
          field: 'metadata.name',
          message: `is longer than ${longestName} characters; choose a shorter one, for it labels every Job`,
        },
      ];

const namespaceIsTheSinks: Rule = ({ metadata, spec }) => {
  const { namespace } = fieldsAt(spec.job, 'metadata');
  if (namespace === undefined || namespace === metadata.namespace) return [];
  const message = `must be ${metadata.namespace}, the namespace of the JobSink, in which its Jobs run; leave it out`;
  return [{ field: 'spec.job.metadata.namespace', message }];
};

/** The Job is controlled by the JobSink, and an object has no more than one controller. */
const noOtherController: Rule = ({ spec }) =>
  listAt(fieldsAt(spec.job, 'metadata'), 'ownerReferences', 'spec.job.metadata')
    .filter(({ fields }) => fields['controller'] === true)
    .map(({ path }) => ({
      field: `${path}.controller`,
      message: 'must not be true, for the JobSink controls its Jobs; leave it out',
    }));

const volumeIsFree: Rule = ({ spec }, { volume }) =>
  listAt(podSpecOf(spec.job), 'volumes', podSpecPath)
    .filter(({ fields }) => fields['name'] === volume)
    .map(({ path }) => ({
      field: `${path}.name`,
      message: `${volume} is the name of the volume with the event, which is added to every Job; name this one differently`,
    }));

const mountPathIsFree: Rule = ({ spec }, place) =>
  containersOf(spec.job).flatMap(({ path, fields }) => {
    const mounts = listAt(fields, 'volumeMounts', path);
    const own = mounts.find((mount) => place.isFolder(mount.fields))?.fields['mountPath'];
    const taken = typeof own === 'string' ? own : place.mountPath;
    return mounts
      .filter((mount) => mount.fields['name'] !== place.volume && isWithin(mount.fields['mountPath'], taken))
      .map((mount) => ({
        field: `${mount.path}.mountPath`,
        message:
          `the event is mounted at ${taken}; mount this volume elsewhere, or move the event by a volumeMount ` +
          `named ${place.volume} with another mountPath`,
      }));
  });

function isWithin(path: unknown, folder: string): boolean {
  const tidy = (text: string): string => `${text.replace(/\/+/g, '/').replace(/\/$/, '')}/`;
  return typeof path === 'string' && tidy(path).startsWith(tidy(folder));
}

const jobFields = ['apiVersion', 'kind', 'metadata', 'spec', 'status'];

/** All of ObjectMeta, so that what `kubectl create job --dry-run -o yaml` prints can be pasted. */
const metadataFields = [
  ...[
    'name',
    'generateName',
    'namespace',
    'labels',
    'annotations',
    'finalizers',
    'ownerReferences',
    'selfLink',
  ],
  ...['uid', 'resourceVersion', 'generation', 'creationTimestamp', 'deletionTimestamp'],
  ...['deletionGracePeriodSeconds', 'managedFields'],
];

/** The dispatcher takes only what it knows from outside the Job's spec, so a typo there would never be noticed. */
const onlyKnownFields: Rule = ({ spec }) => [
  ...unknownFields(spec.job, jobFields, 'spec.job'),
  ...unknownFields(fieldsAt(spec.job, 'metadata'), metadataFields, 'spec.job.metadata'),
];

function unknownFields(fields: Fields, known: readonly string[], path: string): Problem[] {
  return Object.keys(fields)
    .filter((name) => !known.includes(name))
    .map((name) => ({
      field: `${path}.${name}`,
      message: 'is no field of batch/v1 Job; check its spelling and where it stands, or remove it',
    }));
}

/** Labels and annotations are merged with ours, which would turn anything but a map into a strange one. */
const labelsAreMaps: Rule = ({ spec }) =>
  ['labels', 'annotations'].flatMap((name) => {
    const value = fieldsAt(spec.job, 'metadata')[name];
    const isMap = isFields(value) && Object.values(value).every((each) => typeof each === 'string');
    if (value === undefined || value === null || isMap) return [];
    return [
      {
        field: `spec.job.metadata.${name}`,
        message: 'must map names to strings; put numbers and booleans in quotes',
      },
    ];
  });

const rules: readonly Rule[] = [
  ...[nameFits, namespaceIsTheSinks, noOtherController, volumeIsFree, mountPathIsFree],
  ...[onlyKnownFields, labelsAreMaps],
];
