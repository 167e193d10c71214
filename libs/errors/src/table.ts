/**
 * One row per way in which a request can fail.
 *
 * `status` is chosen for what the sender then does: a Knative sender retries no answer, 404, 408, 409, 429
 * and 5xx, and nothing else. `message` and `remedy` are what the sender is told, unless the refusal knows more (see
 * `problems.ts`); together they have at most 256 bytes. `retryAfterSeconds` is the default for the `Retry-After` header,
 * which every 429 and 503 carries.
 */
interface ErrorRow {
  readonly status: number;
  readonly message: string;
  readonly remedy: string;
  readonly retryAfterSeconds?: number;
}

const rows = {
  SinkNotFound: {
    status: 404,
    message: 'The path is not the address of a sink that is served here.',
    remedy: 'Use the URL in status.address of the sink. A new sink is served within seconds.',
  },
  SinkTerminating: {
    status: 404,
    message: 'The sink or its namespace is being deleted.',
    remedy: 'Create the sink again, or change the destination of the sender.',
  },
  GenerationNotServed: {
    status: 503,
    message: 'This process does not serve that generation of the sink yet.',
    remedy: 'Retry. Changes are served within seconds.',
    retryAfterSeconds: 1,
  },
  NotReady: {
    status: 503,
    message: 'This process has not read all sinks yet, or is shutting down.',
    remedy: 'Retry.',
    retryAfterSeconds: 1,
  },
  JobNotFound: {
    status: 404,
    message: 'There is no Job for this event.',
    remedy:
      'Check the source and the id. Finished Jobs are deleted after spec.job.spec.ttlSecondsAfterFinished.',
  },
  MethodNotAllowed: {
    status: 405,
    message: 'This path does not support the method.',
    remedy: 'Use a method of the Allow header. Events are sent with POST.',
  },
  MalformedRequest: {
    status: 400,
    message: 'The request is not well-formed HTTP/1.1.',
    remedy: 'Use a standard HTTP client. Send one valid Host header.',
  },
  NotACloudEvent: {
    status: 400,
    message: 'The request is not a CloudEvent in binary or structured mode.',
    remedy:
      'Set ce-specversion, ce-id, ce-source and ce-type, or use the Content-Type application/cloudevents+json.',
  },
  InvalidAttribute: {
    status: 400,
    message: 'A CloudEvents attribute is missing, empty, of the wrong type, or present twice.',
    remedy: 'Correct the attribute. Names are lowercase letters and digits, values are UTF-8.',
  },
  InvalidData: {
    status: 400,
    message: 'The data of the event does not match its declaration.',
    remedy: 'Set either data or data_base64, as the CloudEvents JSON format requires.',
  },
  InvalidJson: {
    status: 400,
    message: 'The body is not exactly one JSON object, or in batch mode one JSON array.',
    remedy: 'Send valid JSON in UTF-8, with nothing after it.',
  },
  UnsupportedContentMode: {
    status: 415,
    message: 'The sink does not support this content mode or event format.',
    remedy: 'Use binary mode, or application/cloudevents+json. Only a KafkaSink supports batches.',
  },
  UnsupportedContentEncoding: {
    status: 415,
    message: 'The body has a Content-Encoding, which is not supported.',
    remedy: 'Send the body without compression.',
  },
  EventTooLarge: {
    status: 413,
    message: 'The event or the batch is larger than the limit.',
    remedy: 'Send smaller batches, send a reference to the data, or raise the limit.',
  },
  HeadersTooLarge: {
    status: 431,
    message: 'The request headers are larger than the limit.',
    remedy: 'Use structured mode, in which attributes are part of the body.',
  },
  UriTooLong: {
    status: 414,
    message: 'The request line is longer than the limit.',
    remedy: 'Use the URL in status.address of the sink.',
  },
  RequestTimeout: {
    status: 408,
    message: 'The headers or the body did not arrive in time.',
    remedy: 'Retry over a faster connection.',
  },
  Overloaded: {
    status: 429,
    message: 'Too many requests are in flight for this process or this sink.',
    remedy: 'Retry after the time in Retry-After. If this persists, raise the limit or add replicas.',
    retryAfterSeconds: 1,
  },
  BackendThrottled: {
    status: 429,
    message: 'The API server or the broker is throttling requests.',
    remedy: 'Retry after the time in Retry-After.',
    retryAfterSeconds: 1,
  },
  QuotaExhausted: {
    status: 429,
    message: 'A ResourceQuota of the namespace is exhausted.',
    remedy: 'Raise the quota, or set ttlSecondsAfterFinished so that finished Jobs are deleted.',
    retryAfterSeconds: 10,
  },
  AuthorizationNotSupported: {
    status: 503,
    message: 'The sink asks for authentication or has an EventPolicy, which this version does not enforce.',
    remedy: 'The operator can disable authentication-oidc, or set security.acceptUnenforced.',
    retryAfterSeconds: 10,
  },
  TransportEncryptionNotSupported: {
    status: 503,
    message:
      'The transport-encryption feature is strict, and this version receives events over plain HTTP only.',
    remedy: 'The operator can disable transport-encryption, or set security.acceptUnenforced.',
    retryAfterSeconds: 10,
  },
  ApiServerUnavailable: {
    status: 503,
    message: 'The Kubernetes API server did not respond as expected.',
    remedy: 'Retry. If this persists, check the API server and the log of job-sink.',
    retryAfterSeconds: 2,
  },
  PermissionDenied: {
    status: 503,
    message: 'The service account or the credentials of the sink lack a permission.',
    remedy: 'Restore the RBAC rules of the chart, or the ACLs of the topic.',
    retryAfterSeconds: 10,
  },
  JobTemplateRefused: {
    status: 503,
    message: 'The API server rejected the Job created from spec.job.',
    remedy: 'Correct spec.job of the JobSink. The log of job-sink has the message of the API server.',
    retryAfterSeconds: 10,
  },
  KafkaUnavailable: {
    status: 503,
    message: 'No broker acknowledged the record in time.',
    remedy: 'Retry. If this persists, check the condition TopicReady of the KafkaSink.',
    retryAfterSeconds: 2,
  },
  BootstrapAddressNotAllowed: {
    status: 503,
    message: 'A host in spec.bootstrapServers resolves to an address that is not allowed.',
    remedy: 'Use the address of a Kafka broker, or allow it with kafka.addressGuard.allowed of the chart.',
    retryAfterSeconds: 10,
  },
  AdvertisedAddressNotAllowed: {
    status: 503,
    message: 'A broker advertises an address that is not allowed.',
    remedy:
      'Correct advertised.listeners of the broker, or allow the address with kafka.addressGuard.allowed of the chart.',
    retryAfterSeconds: 10,
  },
  NotEnoughReplicas: {
    status: 503,
    message: 'The topic has fewer in-sync replicas than min.insync.replicas requires.',
    remedy: 'Restore the missing brokers, then retry.',
    retryAfterSeconds: 2,
  },
  TopicNotFound: {
    status: 503,
    message: 'The topic does not exist.',
    remedy: 'Create the topic, or correct spec.topic of the KafkaSink, then retry.',
    retryAfterSeconds: 5,
  },
  CredentialsRefused: {
    status: 503,
    message: 'The broker rejected the credentials of the sink.',
    remedy: 'Correct the Secret. The condition CredentialsReady of the KafkaSink has the details.',
    retryAfterSeconds: 5,
  },
  SaslNotEnabled: {
    status: 503,
    message: 'The listener of the broker does not offer SASL.',
    remedy:
      'Set protocol in the Secret to PLAINTEXT or SSL, or use the port of a SASL listener in spec.bootstrapServers.',
    retryAfterSeconds: 5,
  },
  SaslMechanismNotEnabled: {
    status: 503,
    message: 'The listener of the broker does not offer this SASL mechanism.',
    remedy: 'Set sasl.mechanism in the Secret to one that the listener offers.',
    retryAfterSeconds: 5,
  },
  TokenUnavailable: {
    status: 503,
    message: 'The OAUTHBEARER token endpoint did not return a usable token.',
    remedy: 'Check sasl.oauthbearer.token.endpoint.url in the Secret, and that endpoint.',
    retryAfterSeconds: 5,
  },
  TokenEndpointNotAllowed: {
    status: 503,
    message: 'The OAUTHBEARER token endpoint resolves to an address that is not allowed.',
    remedy:
      'Correct sasl.oauthbearer.token.endpoint.url in the Secret, or allow the address with kafka.addressGuard.allowed of the chart.',
    retryAfterSeconds: 10,
  },
  BrokerCertificateUntrusted: {
    status: 503,
    message: 'The certificate of the broker is not signed by a trusted authority.',
    remedy: 'Set ca.crt in the Secret. Without it, the public authorities are trusted.',
    retryAfterSeconds: 5,
  },
  BrokerCertificateExpired: {
    status: 503,
    message: 'The certificate of the broker, or one in its chain, has expired or is not valid yet.',
    remedy: 'Renew it, or ca.crt in the Secret if that one has expired.',
    retryAfterSeconds: 5,
  },
  BrokerNameMismatch: {
    status: 503,
    message: 'The certificate of the broker does not include the host name of the broker.',
    remedy: 'Use a name from the certificate in spec.bootstrapServers and in the advertised listeners.',
    retryAfterSeconds: 5,
  },
  TlsFailed: {
    status: 503,
    message: 'The TLS handshake with the broker failed.',
    remedy: 'Check that protocol in the Secret matches the listener of the broker.',
    retryAfterSeconds: 5,
  },
  TlsRequired: {
    status: 503,
    message: 'The listener of the broker requires TLS.',
    remedy:
      'Set protocol in the Secret to SSL or SASL_SSL, or use the port of a listener without TLS in spec.bootstrapServers.',
    retryAfterSeconds: 5,
  },
  CredentialsNotReady: {
    status: 503,
    message: 'The Secret in spec.auth is missing, incomplete, not readable, or not read yet.',
    remedy: 'Create or correct the Secret. The condition CredentialsReady of the KafkaSink names the key.',
    retryAfterSeconds: 2,
  },
  LimitReached: {
    status: 503,
    message: 'This process already uses the maximum number of Secrets or Kafka clusters.',
    remedy: 'Raise MAX_SECRETS, MAX_PRODUCERS or NAMESPACE_SHARE, or delete unused KafkaSinks.',
    retryAfterSeconds: 10,
  },
  DeadlineExceeded: {
    status: 503,
    message: 'The event was not stored within the request deadline. It may still be stored.',
    remedy: 'Retry. A JobSink creates one Job for the same source and id.',
    retryAfterSeconds: 2,
  },
  JobConflict: {
    status: 409,
    message: 'The Job of this event belongs to another owner or is being deleted.',
    remedy: 'Retry. If this persists, delete or rename that Job.',
  },
  InternalError: {
    status: 500,
    message: 'This process has a bug. Its log has the cause.',
    remedy: 'Retry, and report the log line.',
  },
} as const satisfies Record<string, ErrorRow>;

/** The closed set of reasons a sink gives, also the value of the `Reason` header. */
export type ErrorCode = keyof typeof rows;

/** Every code with its row, the one source for status codes, for what senders are told and for `docs/reference/errors.md`. */
export const errorTable: Readonly<Record<ErrorCode, ErrorRow>> = rows;

/** Whether a Knative sender tries again after this status (delivery rules of Knative Eventing). */
export function isRetriedBySenders(status: number): boolean {
  return status === 404 || status === 408 || status === 409 || status === 429 || status >= 500;
}
