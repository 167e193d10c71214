import { jobSinkSpec } from './cluster.ts';
import type { BadTemplate } from './webhook-templates.ts';

type Parts = Readonly<Record<string, unknown>>;
type Type = 'number' | 'string' | 'truth value' | 'list' | 'object' | 'map';

const podSpec = jobSinkSpec.job.spec.template.spec;
const container = { name: 'main', image: 'example.com/task' };

/** Where a field stands, and how to write one value there. */
interface Place {
  readonly path: string;
  readonly with: (parts: Parts) => unknown;
}

const job: Place = {
  path: 'spec.job.spec',
  with: (parts) => ({ spec: { ...jobSinkSpec.job.spec, ...parts } }),
};
const pod: Place = {
  path: 'spec.job.spec.template.spec',
  with: (parts) => job.with({ template: { spec: { ...podSpec, ...parts } } }),
};
const main: Place = {
  path: `${pod.path}.containers`,
  with: (parts) => pod.with({ containers: [{ ...container, ...parts }] }),
};

/** Fields of the Job, its pod and its container that people set, by the type that they take. */
const fields: readonly (readonly [Place, Type, readonly string[]])[] = [
  [job, 'number', ['backoffLimit', 'completions', 'parallelism', 'activeDeadlineSeconds']],
  [job, 'number', ['ttlSecondsAfterFinished', 'maxFailedIndexes', 'backoffLimitPerIndex']],
  [job, 'string', ['completionMode', 'podReplacementPolicy', 'managedBy']],
  [job, 'truth value', ['suspend']],
  [job, 'object', ['podFailurePolicy', 'successPolicy']],
  [
    pod,
    'string',
    ['serviceAccountName', 'nodeName', 'priorityClassName', 'schedulerName', 'runtimeClassName'],
  ],
  [pod, 'number', ['terminationGracePeriodSeconds', 'activeDeadlineSeconds']],
  [pod, 'truth value', ['hostNetwork', 'automountServiceAccountToken', 'enableServiceLinks', 'hostPID']],
  [
    pod,
    'list',
    ['volumes', 'tolerations', 'imagePullSecrets', 'initContainers', 'topologySpreadConstraints'],
  ],
  [pod, 'map', ['nodeSelector']],
  [pod, 'object', ['affinity', 'securityContext', 'dnsConfig']],
  [main, 'string', ['image', 'workingDir', 'imagePullPolicy', 'terminationMessagePath']],
  [main, 'list', ['command', 'args', 'env', 'envFrom', 'volumeMounts', 'ports']],
  [main, 'truth value', ['tty', 'stdin']],
  [main, 'object', ['resources', 'livenessProbe', 'lifecycle', 'securityContext']],
];

/** Values of other types, as a slip in YAML makes them. */
const wrongValues: Readonly<Record<Type, Readonly<Record<string, unknown>>>> = {
  number: { text: '3', 'a fraction': 1.5, 'a list': [3] },
  string: { 'a number': 5, 'a truth value': true, 'a list': ['x'] },
  'truth value': { text: 'yes', 'a number': 1 },
  list: { text: 'x', 'an object': { name: 'x' } },
  object: { text: 'x', 'a list': ['x'] },
  map: { text: 'x', 'a list': ['x'] },
};

const mends: Readonly<Record<Type, RegExp>> = {
  number: /must be a whole number/,
  string: /must be a string/,
  'truth value': /must be true or false/,
  list: /must be a list/,
  object: /must be an object/,
  map: /must be a map/,
};

/** Each of the fields with each wrong value, one in each template. */
export const wrongTypes: readonly BadTemplate[] = fields.flatMap(([place, type, names]) =>
  names.flatMap((name) =>
    Object.entries(wrongValues[type]).map(([what, value]) => ({
      what: `${name} with ${what} instead of ${type === 'object' ? 'an' : 'a'} ${type}`,
      job: place.with({ [name]: value }),
      field: `${place.path}.${name}`,
      mend: mends[type],
    })),
  ),
);
