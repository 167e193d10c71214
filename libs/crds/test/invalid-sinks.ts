import { jobSink, jobSinkOf, kafkaSink, smallestJob, type Manifest } from './samples.ts';

/** What is wrong, an object in which it is, and every problem that the API server is to name. */
export type InvalidSink = readonly [sentence: string, sink: Manifest, problem: string];

const long = (length: number): string => 'x'.repeat(length);

const badServers = [
  '',
  ' ',
  'kafka',
  'kafka:',
  ':9092',
  'kafka:0',
  'kafka:65536',
  'kafka:99999',
  'kafka:09092',
  'kafka:-1',
  'kafka:+9092',
  'kafka:9092 ',
  ' kafka:9092',
  'kafka :9092',
  'kafka:9092\n',
  'a:1,b:2',
  'a:1;b:2',
  'kafka:9092/',
  'http://kafka:9092',
  'SSL://kafka:9092',
  'user@kafka:9092',
  'kafka:9092:9093',
  '::1:9092',
  '[::1]',
  '[::1]9092',
  '[kafka]:9092',
  '[]:9092',
  '[fe80::1%eth0]:9092',
  '-kafka:9092',
  'kafka-:9092',
  '.kafka:9092',
  'kafka..:9092',
  'käfka:9092',
  'kafka:９０９２',
  'kafka:0x2384',
  'kafka:9e3',
  'kafka:port',
  '$(HOST):9092',
  'kafka\u0000:9092',
  '*:9092',
];

const serverMend =
  'must be host:port with a port from 1 to 65535, such as kafka.example.com:9092 or [2001:db8::1]:9092';

/** Go writes a string into a message with other escapes than JSON does. */
const quoted = (text: string): string => JSON.stringify(text).replace('\\u0000', '\\x00');

const invalidServers = badServers.map((server): InvalidSink => [
  `the bootstrap server ${JSON.stringify(server)}`,
  kafkaSink({ bootstrapServers: ['kafka:9092', server] }),
  `spec.bootstrapServers[1]: Invalid value: ${quoted(server)}: ${serverMend}`,
]);

const topicMend = 'may hold only letters, digits, ".", "_" and "-"; rename the topic';
const secretMend = 'must be the name of a Secret: lower-case letters, digits, "-" and "."';
const togetherMend =
  'numPartitions and replicationFactor go together; set both to have the topic created, or neither to use a topic that exists';

function wrongType(field: string, is: string, wanted: string): string {
  return `${field}: Invalid value: "${is}": ${field} in body must be of type ${wanted}: "${is}"`;
}

function unknownField(kind: string, field: string): string {
  return `${kind} in version "v1alpha1" cannot be handled as a ${kind}: strict decoding error: unknown field "${field}"`;
}

const withSecret = (ref: unknown): Manifest => kafkaSink({ auth: { secret: { ref } } });

const invalidTopics = ['', 'a b', 'a/b', 'a:b', 'a\n', 'tøpic'].map((topic): InvalidSink => [
  `the topic ${JSON.stringify(topic)}`,
  kafkaSink({ topic }),
  `spec.topic: Invalid value: ${quoted(topic)}: ${topicMend}`,
]);

const invalidSecrets = ['', 'My Login', 'Login', 'a_b', '-a', 'a-', 'a..b', 'ns/a', '.a'].map(
  (name): InvalidSink => [
    `the Secret name ${JSON.stringify(name)}`,
    withSecret({ name }),
    `spec.auth.secret.ref.name: Invalid value: ${quoted(name)}: ${secretMend}`,
  ],
);

const invalidContentModes = ['Binary', 'BINARY', 'avro', 'batch', 'binary '].map(
  (contentMode): InvalidSink => [
    `the content mode ${JSON.stringify(contentMode)}`,
    kafkaSink({ contentMode }),
    `spec.contentMode: Unsupported value: ${quoted(contentMode)}: supported values: "binary", "structured", ""`,
  ],
);

const topicShape = (numPartitions: unknown, replicationFactor: unknown): Manifest =>
  kafkaSink({ numPartitions, replicationFactor });

/** Every way in which a KafkaSink can be wrong by itself. */
export const invalidKafkaSinks: readonly InvalidSink[] = [
  ['no spec', { ...kafkaSink(), spec: undefined }, 'spec: Required value'],
  ['a spec that is a list', { ...kafkaSink(), spec: [] }, wrongType('spec', 'array', 'object')],
  ['an unknown field', kafkaSink({ topics: ['a'] }), unknownField('KafkaSink', 'spec.topics')],
  ['no topic', kafkaSink({ topic: undefined }), 'spec.topic: Required value'],
  ['null for the topic', kafkaSink({ topic: null }), 'spec.topic: Required value'],
  ['a number for the topic', kafkaSink({ topic: 7 }), wrongType('spec.topic', 'integer', 'string')],
  ['a list for the topic', kafkaSink({ topic: ['a'] }), wrongType('spec.topic', 'array', 'string')],
  [
    'a topic of 250 characters',
    kafkaSink({ topic: long(250) }),
    'spec.topic: Too long: may not be more than 249 bytes',
  ],
  [
    'the topic "."',
    kafkaSink({ topic: '.' }),
    'spec.topic: Invalid value: ".": may not be "." or ".."; choose another',
  ],
  [
    'the topic ".."',
    kafkaSink({ topic: '..' }),
    'spec.topic: Invalid value: "..": may not be "." or ".."; choose another',
  ],
  ...invalidTopics,
  [
    'no bootstrap servers',
    kafkaSink({ bootstrapServers: undefined }),
    'spec.bootstrapServers: Required value',
  ],
  [
    'an empty list of bootstrap servers',
    kafkaSink({ bootstrapServers: [] }),
    'spec.bootstrapServers: Invalid value: 0: spec.bootstrapServers in body should have at least 1 items',
  ],
  [
    'bootstrap servers that are one string',
    kafkaSink({ bootstrapServers: 'kafka:9092' }),
    wrongType('spec.bootstrapServers', 'string', 'array'),
  ],
  [
    'a bootstrap server that is a number',
    kafkaSink({ bootstrapServers: [9092] }),
    wrongType('spec.bootstrapServers[0]', 'integer', 'string'),
  ],
  [
    'a bootstrap server that is null',
    kafkaSink({ bootstrapServers: [null] }),
    wrongType('spec.bootstrapServers[0]', 'null', 'string'),
  ],
  [
    '65 bootstrap servers',
    kafkaSink({ bootstrapServers: Array(65).fill('kafka:9092') }),
    'spec.bootstrapServers: Too many: 65: must have at most 64 items',
  ],
  [
    'a bootstrap server of 260 characters',
    kafkaSink({ bootstrapServers: [`${long(254)}:65535`] }),
    'spec.bootstrapServers[0]: Too long: may not be more than 259 bytes',
  ],
  ...invalidServers,
  ...invalidContentModes,
  ['partitions without replicas', kafkaSink({ numPartitions: 1 }), `spec: Invalid value: ${togetherMend}`],
  [
    'replicas without partitions',
    kafkaSink({ replicationFactor: 1 }),
    `spec: Invalid value: ${togetherMend}`,
  ],
  ['no partition, but a replica', topicShape(0, 1), `spec: Invalid value: ${togetherMend}`],
  [
    'less than no partition',
    topicShape(-1, 1),
    'spec.numPartitions: Invalid value: -1: spec.numPartitions in body should be greater than or equal to 0',
  ],
  [
    'more partitions than Kafka can count',
    topicShape(2_147_483_648, 1),
    'spec.numPartitions: Invalid value: 2147483648: spec.numPartitions in body should be less than or equal to 2147483647',
  ],
  ['half a partition', topicShape(1.5, 1), wrongType('spec.numPartitions', 'number', 'integer')],
  ['partitions as text', topicShape('3', 1), wrongType('spec.numPartitions', 'string', 'integer')],
  ['no replica, but a partition', topicShape(1, 0), `spec: Invalid value: ${togetherMend}`],
  [
    'more replicas than Kafka can count',
    topicShape(1, 32_768),
    'spec.replicationFactor: Invalid value: 32768: spec.replicationFactor in body should be less than or equal to 32767',
  ],
  ['replicas as text', topicShape(1, '1'), wrongType('spec.replicationFactor', 'string', 'integer')],
  ['auth as text', kafkaSink({ auth: 'login' }), wrongType('spec.auth', 'string', 'object')],
  ['auth without a reference', kafkaSink({ auth: { secret: {} } }), 'spec.auth.secret.ref: Required value'],
  [
    'a Secret named where none is looked for',
    kafkaSink({ auth: { secret: { name: 'login' } } }),
    unknownField('KafkaSink', 'spec.auth.secret.name'),
  ],
  ['a reference without a name', withSecret({}), 'spec.auth.secret.ref.name: Required value'],
  [
    'a Secret of another namespace',
    withSecret({ name: 'a', namespace: 'b' }),
    unknownField('KafkaSink', 'spec.auth.secret.ref.namespace'),
  ],
  [
    'a number for the Secret name',
    withSecret({ name: 7 }),
    wrongType('spec.auth.secret.ref.name', 'integer', 'string'),
  ],
  [
    'a Secret name of 254 characters',
    withSecret({ name: long(254) }),
    'spec.auth.secret.ref.name: Too long: may not be more than 253 bytes',
  ],
  ...invalidSecrets,
];

const noJobSpec =
  'spec.job.spec: Required value: spec.job.spec is missing; write the spec of a batch/v1 Job, with a pod template, there';
const noTemplate =
  'spec.job.spec.template: Required value: spec.job.spec.template is missing; write the pod template of the Job there, as in batch/v1';

/** Every way in which a JobSink can be wrong by itself; what is wrong with the Job is for its dry-run to say. */
export const invalidJobSinks: readonly InvalidSink[] = [
  ['no spec', { ...jobSink(), spec: undefined }, 'spec: Required value'],
  ['a spec that is a list', { ...jobSink(), spec: [] }, wrongType('spec', 'array', 'object')],
  ['no job', jobSink({}), 'spec.job: Required value'],
  ['null for the job', jobSinkOf(null), 'spec.job: Required value'],
  ['a job that is a list', jobSinkOf([]), wrongType('spec.job', 'array', 'object')],
  ['a job that is text', jobSinkOf('x'), wrongType('spec.job', 'string', 'object')],
  ['a field beside the job', jobSink({ job: smallestJob, ttl: 1 }), unknownField('JobSink', 'spec.ttl')],
  ['an empty job', jobSinkOf({}), noJobSpec],
  ['null for the spec of the job', jobSinkOf({ spec: null }), noJobSpec],
  ['a pod template directly in the job', jobSinkOf({ template: smallestJob.spec.template }), noJobSpec],
  [
    'a spec of the job that is a list',
    jobSinkOf({ spec: [] }),
    wrongType('spec.job.spec', 'array', 'object'),
  ],
  ['no pod template', jobSinkOf({ spec: { ttlSecondsAfterFinished: 600 } }), noTemplate],
  ['null for the pod template', jobSinkOf({ spec: { template: null } }), noTemplate],
  [
    'a pod template that is a list',
    jobSinkOf({ spec: { template: [] } }),
    wrongType('spec.job.spec.template', 'array', 'object'),
  ],
  [
    'a job of another version',
    jobSinkOf({ ...smallestJob, apiVersion: 'batch/v2' }),
    'spec.job.apiVersion: Unsupported value: "batch/v2": supported values: "batch/v1", ""',
  ],
  [
    'a job of another kind',
    jobSinkOf({ ...smallestJob, kind: 'CronJob' }),
    'spec.job.kind: Unsupported value: "CronJob": supported values: "Job", ""',
  ],
  [
    'metadata of the job that is a list',
    jobSinkOf({ ...smallestJob, metadata: [] }),
    wrongType('spec.job.metadata', 'array', 'object'),
  ],
  [
    'a namespace of the job that is a number',
    jobSinkOf({ ...smallestJob, metadata: { namespace: 7 } }),
    wrongType('spec.job.metadata.namespace', 'integer', 'string'),
  ],
  [
    'a name of 64 characters',
    jobSink(undefined, long(64)),
    'metadata.name: Invalid value: metadata.name is longer than 63 characters; choose a shorter one, for it labels every Job',
  ],
  [
    'a name of 64 characters with dots',
    jobSink(undefined, `${long(31)}.${long(32)}`),
    'metadata.name: Invalid value: metadata.name is longer than 63 characters; choose a shorter one, for it labels every Job',
  ],
];
