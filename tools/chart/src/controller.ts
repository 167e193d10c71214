import { componentValues } from './component.ts';
import { asVariable, duration, group, integer } from './fields.ts';

/** Values of the controller. */
export const controllerValues = group('Sets the conditions and the address of every sink.', {
  ...componentValues({
    name: 'controller',
    enabled: 'Whether there is a controller. Without one no sink gets an address or a condition.',
    memory: { request: '96Mi', limit: '256Mi' },
    gracePeriodSeconds: 30,
  }),
  workers: asVariable(
    'WORKERS',
    integer('Sinks of one kind that are looked at at once.', { min: 1, max: 256, default: 8 }),
  ),
  leaderElection: group('One controller leads, the others wait to take over.', {
    leaseDuration: asVariable(
      'LEASE_DURATION',
      duration('How long a leader that falls silent stays one.', '15s', { min: '3s', max: '10m' }),
    ),
    renewDeadline: asVariable(
      'LEASE_RENEW_DEADLINE',
      duration('When a leader that cannot renew its lease gives up; shorter than the lease.', '10s', {
        min: '2s',
        max: '10m',
      }),
    ),
    retryPeriod: asVariable(
      'LEASE_RETRY_PERIOD',
      duration('Time between two tries.', '2s', { min: '100ms', max: '10m' }),
    ),
  }),
  recheck: group('How old a condition may be before its sink is looked at again.', {
    ready: asVariable(
      'RECHECK_READY',
      duration('Of a sink that is ready.', '20s', { min: '1s', max: '30s' }),
    ),
    notReady: asVariable(
      'RECHECK_NOT_READY',
      duration('Of one that is not, at first.', '1s', { min: '100ms', max: '30s' }),
    ),
    notReadyMost: asVariable(
      'RECHECK_NOT_READY_MOST',
      duration('Of one that stays so.', '25s', { min: '100ms', max: '30s' }),
    ),
  }),
  probeTimeout: asVariable(
    'PROBE_TIMEOUT',
    duration('How long a data plane’s pod may take to say what it serves.', '2s', {
      min: '100ms',
      max: '30s',
    }),
  ),
  kafkaTimeout: asVariable(
    'KAFKA_TIMEOUT',
    duration('How long brokers may take to answer.', '5s', { min: '500ms', max: '1m' }),
  ),
  kafkaQuestions: asVariable(
    'KAFKA_QUESTIONS',
    integer('Questions to all brokers under way at once.', { min: 1, max: 1_024, default: 64 }),
  ),
  kafkaQuestionsPerCluster: asVariable(
    'KAFKA_QUESTIONS_PER_CLUSTER',
    integer('Questions to the brokers of one cluster under way at once.', { min: 1, max: 64, default: 4 }),
  ),
  topicDelete: group('Deletes a topic with the sink that made it, before it is given up and kept.', {
    timeout: asVariable(
      'TOPIC_DELETE_TIMEOUT',
      duration('How long it is tried.', '1m', { min: '1s', max: '1h' }),
    ),
    tries: asVariable('TOPIC_DELETE_TRIES', integer('How often.', { min: 1, max: 1_000, default: 20 })),
  }),
  jobStartTimeout: asVariable(
    'JOB_START_TIMEOUT',
    duration('How long a Job may be without a running pod before JobsRunnable and an alert say so.', '2m', {
      min: '1s',
      max: '24h',
    }),
  ),
  sweep: group('Removes Jobs whose event was never stored, and so never acknowledged.', {
    age: asVariable(
      'SWEEP_AGE',
      duration('How long a Job may be without its event.', '10m', { min: '1s', max: '168h' }),
    ),
    interval: asVariable(
      'SWEEP_INTERVAL',
      duration('Time from one look to the next, at most.', '2m', { min: '1s', max: '24h' }),
    ),
  }),
  templateRecheck: group('How old a finding about a JobSink’s template may be.', {
    valid: asVariable(
      'TEMPLATE_RECHECK_VALID',
      duration('That it is good.', '1h', { min: '1s', max: '168h' }),
    ),
    refused: asVariable(
      'TEMPLATE_RECHECK_REFUSED',
      duration('That it is refused.', '5s', { min: '1s', max: '24h' }),
    ),
  }),
});
