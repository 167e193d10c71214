import { componentValues } from './component.ts';
import { dataPlaneValues } from './data-plane.ts';
import { asVariable, duration, group, integer } from './fields.ts';

const mebibyte = 1_048_576;

/** Values of JobSink's dispatcher. */
export const jobSinkValues = group('Turns each event into a Job.', {
  ...componentValues({
    name: 'job-sink',
    enabled: 'Whether there are JobSinks: their definition, admission, roles and dispatcher.',
    memory: { request: '96Mi', limit: '384Mi' },
    gracePeriodSeconds: 35,
  }),
  ...dataPlaneValues({
    largestEvent: mebibyte,
    aboutEvents: 'Bytes of one event at most; a Secret holds no more than 1048576.',
    maxInFlight: 512,
    maxInFlightPerSink: 256,
  }),
  apiConnections: asVariable(
    'API_CONNECTIONS',
    integer('Connections to the API server for events at most.', { min: 1, max: 1024, default: 64 }),
  ),
  runStatus: group('Answers to `GET` on the location of an event, which anybody may ask for.', {
    maxInFlight: asVariable(
      'RUN_STATUS_MAX_IN_FLIGHT',
      integer(
        'Questions that wait for the API server at a time, each on a connection; the next one gets 429.',
        {
          min: 1,
          max: 1024,
          default: 8,
        },
      ),
    ),
    cacheAge: asVariable(
      'RUN_STATUS_CACHE_AGE',
      duration('How long an answer is given again without asking the API server.', '1s', {
        min: '0s',
        max: '1m',
      }),
    ),
    cacheSize: asVariable(
      'RUN_STATUS_CACHE_SIZE',
      integer('Answers that are kept for that long.', { min: 0, max: 1_000_000, default: 10_000 }),
    ),
  }),
});

/** Values of KafkaSink's producer. */
export const kafkaSinkValues = group('Writes each event to a Kafka topic.', {
  ...componentValues({
    name: 'kafka-sink',
    enabled: 'Whether there are KafkaSinks: their definition, roles and producer.',
    memory: { request: '96Mi', limit: '512Mi' },
    gracePeriodSeconds: 35,
  }),
  ...dataPlaneValues({
    largestEvent: 64 * mebibyte,
    aboutEvents: 'Bytes of one event at most; the topic’s `max.message.bytes` may be less.',
    maxInFlight: 2_048,
    maxInFlightPerSink: 1_024,
  }),
  deliveryTimeout: asVariable(
    'KAFKA_DELIVERY_TIMEOUT',
    duration('Time from handing a record to the client to its acknowledgement, retries included.', '9s', {
      min: '100ms',
      max: '10m',
    }),
  ),
  maxBatchRecords: asVariable(
    'MAX_BATCH_RECORDS',
    integer('Records of one batch at most.', { min: 1, max: 100_000, default: 1_000 }),
  ),
  maxBatchBytes: asVariable(
    'MAX_BATCH_BYTES',
    integer('Bytes of one batch at most.', { min: 1024, max: 64 * mebibyte, default: 900_000 }),
  ),
  maxQueued: asVariable(
    'MAX_QUEUED',
    integer('Records of one topic that are not sent yet.', {
      min: 1,
      max: 1_000_000,
      default: 16_384,
    }),
  ),
  maxQueuedBytes: asVariable(
    'MAX_QUEUED_BYTES',
    integer('Bytes of records that wait.', { min: mebibyte, max: 2 ** 31, default: 32 * mebibyte }),
  ),
  maxHttpBatchEvents: asVariable(
    'MAX_HTTP_BATCH_EVENTS',
    integer('Events of one request in batch mode.', { min: 1, max: 100_000, default: 1_000 }),
  ),
  maxHttpBatchBytes: asVariable(
    'MAX_HTTP_BATCH_BYTES',
    integer('Bytes of one request in batch mode. Each event may have `maxEventBytes`.', {
      min: 1024,
      max: 64 * mebibyte,
      default: 4 * mebibyte,
    }),
  ),
  maxEventsInFlight: asVariable(
    'MAX_EVENTS_IN_FLIGHT',
    integer('Events in one pod at a time, those of batches counted one by one.', {
      min: 1,
      max: 1_000_000,
      default: 32_768,
    }),
  ),
  maxProducers: asVariable(
    'MAX_PRODUCERS',
    integer('Producers, one for each cluster and credentials.', { min: 1, max: 100_000, default: 1_000 }),
  ),
  producerIdle: asVariable(
    'PRODUCER_IDLE',
    duration('Connections to the brokers of a topic without an event are closed after this time.', '5m', {
      min: '1s',
      max: '1h',
    }),
  ),
  maxSecrets: asVariable(
    'MAX_SECRETS',
    integer('Secrets with credentials that are followed, each on a connection to the API server.', {
      min: 0,
      max: 10_000,
      default: 250,
    }),
  ),
  credentialsOverlap: asVariable(
    'CREDENTIALS_OVERLAP',
    duration(
      'How long the credentials before a change stay in use while the brokers refuse the new ones; 0s for never.',
      '20s',
      { min: '0s', max: '1h' },
    ),
  ),
});
