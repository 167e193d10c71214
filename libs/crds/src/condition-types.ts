/** What each condition of a JobSink says while it is True; the keys are every type but Ready. */
export const jobSinkConditions = {
  Addressable: 'The sink has an address, and status.address shows it.',
  JobTemplateValid: 'The API server would take the Job that an event makes from spec.job.',
  DataPlaneAvailable: 'Every ready job-sink pod serves this version of the sink.',
  EventPoliciesReady: 'No EventPolicy that applies to the sink is waiting to take force.',
} as const;

/** What the conditions of a JobSink say that do not count towards Ready. */
export const jobSinkInformation = {
  JobsRunnable: 'No Job of the sink has been without a running pod for long. Does not count towards Ready.',
} as const;

/** What each condition of a KafkaSink says while it is True; the keys are every type but Ready. */
export const kafkaSinkConditions = {
  Addressable: 'The sink has an address, and status.address shows it.',
  CredentialsReady: 'The Secret in spec.auth is there and complete, or none is asked for.',
  TopicReady: 'The brokers answer, and the topic is there as the sink wants it.',
  DataPlaneAvailable: 'Every ready kafka-sink pod serves this version of the sink.',
  EventPoliciesReady: 'No EventPolicy that applies to the sink is waiting to take force.',
} as const;

/** The condition that sums up all others. */
export const readyCondition = 'Ready';

/** A condition that the Ready of a JobSink depends on. */
export type JobSinkConditionType = keyof typeof jobSinkConditions;

/** A condition that the Ready of a KafkaSink depends on. */
export type KafkaSinkConditionType = keyof typeof kafkaSinkConditions;
