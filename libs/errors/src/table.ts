/**
 * One row per way in which a request can fail.
 *
 * `status` is chosen for what the sender then does: a Knative sender retries no answer, 404, 408, 409, 429
 * and 5xx, and nothing else. `retryAfterSeconds` is the default for the `Retry-After` header, which every 429
 * and 503 carries.
 */
interface ErrorRow {
  readonly status: number;
  readonly meaning: string;
  readonly mend: string;
  readonly retryAfterSeconds?: number;
}

const rows = {
  SinkNotFound: {
    status: 404,
    meaning: 'The path names no sink that this process serves.',
    mend: 'Post to the URL in the sink’s status.address; a sink made a moment ago is served within seconds.',
  },
  SinkTerminating: {
    status: 404,
    meaning: 'The sink or its namespace is being deleted.',
    mend: 'Create the sink again, or point the sender elsewhere.',
  },
  GenerationNotServed: {
    status: 503,
    meaning: 'The probe asks for a newer generation of the sink than this process has seen.',
    mend: 'Ask again in a moment; the change is on its way.',
    retryAfterSeconds: 1,
  },
  MethodNotAllowed: {
    status: 405,
    meaning: 'The method is not one that this path takes.',
    mend: 'Use a method from the Allow header; events are sent with POST.',
  },
  MalformedRequest: {
    status: 400,
    meaning: 'The request is not well-formed HTTP/1.1.',
    mend: 'Send the request with a standard HTTP client.',
  },
  NotACloudEvent: {
    status: 400,
    meaning: 'The request carries no CloudEvent in binary or structured mode.',
    mend: 'Set ce-specversion, ce-id, ce-source and ce-type, or send application/cloudevents+json.',
  },
  InvalidAttribute: {
    status: 400,
    meaning: 'A CloudEvents attribute is missing, empty, repeated with another value or not of its type.',
    mend: 'Correct the attribute; names are lower-case letters and digits, values are valid UTF-8.',
  },
  InvalidData: {
    status: 400,
    meaning: 'The event’s data contradicts its own declaration, such as data_base64 that is not base64.',
    mend: 'Send either data or data_base64, encoded as the CloudEvents JSON format says.',
  },
  InvalidJson: {
    status: 400,
    meaning:
      'The body of a structured event is not exactly one JSON object, or that of a batch not one JSON array.',
    mend: 'Send one JSON object, or in batch mode one array, in UTF-8, with nothing after it.',
  },
  UnsupportedContentMode: {
    status: 415,
    meaning: 'The content mode or event format is not taken by this sink.',
    mend: 'Use binary mode, or structured mode with application/cloudevents+json; only KafkaSinks take batches.',
  },
  UnsupportedContentEncoding: {
    status: 415,
    meaning: 'The body is compressed or otherwise encoded.',
    mend: 'Send the body without a Content-Encoding.',
  },
  EventTooLarge: {
    status: 413,
    meaning: 'The event, or a batch of events, is larger than the limit.',
    mend: 'Send smaller batches, or store the payload elsewhere and send a reference, or raise the limit in the chart.',
  },
  HeadersTooLarge: {
    status: 431,
    meaning: 'The request’s headers are larger than the limit.',
    mend: 'Send the event in structured mode, where attributes travel in the body.',
  },
  UriTooLong: {
    status: 414,
    meaning: 'The request line is longer than the limit.',
    mend: 'Post to the URL in the sink’s status.address, without additions.',
  },
  RequestTimeout: {
    status: 408,
    meaning: 'Headers or body did not arrive in time.',
    mend: 'Send the request again over a faster connection.',
  },
  Overloaded: {
    status: 429,
    meaning: 'More requests are in flight than this process or this sink may hold.',
    mend: 'Retry after the time given; raise the limit or the number of replicas if it lasts.',
    retryAfterSeconds: 1,
  },
  BackendThrottled: {
    status: 429,
    meaning: 'The API server or the broker asks to slow down.',
    mend: 'Retry after the time given.',
    retryAfterSeconds: 1,
  },
  QuotaExhausted: {
    status: 429,
    meaning: 'A ResourceQuota of the namespace is used up.',
    mend: 'Raise the quota, or let finished Jobs be removed with ttlSecondsAfterFinished.',
    retryAfterSeconds: 10,
  },
  ApiServerUnavailable: {
    status: 503,
    meaning: 'The Kubernetes API server did not answer as expected.',
    mend: 'Retry; if it lasts, look at the API server and at this process’s log.',
    retryAfterSeconds: 2,
  },
  PermissionDenied: {
    status: 503,
    meaning: 'The sink’s service account, or its credentials, may not do what the event needs.',
    mend: 'Give back the rights that the chart installs, or the topic’s ACL.',
    retryAfterSeconds: 10,
  },
  JobTemplateRefused: {
    status: 503,
    meaning: 'The API server refuses the Job made from spec.job.',
    mend: 'Correct spec.job of the JobSink; the log of job-sink has the API server’s words.',
    retryAfterSeconds: 10,
  },
  KafkaUnavailable: {
    status: 503,
    meaning: 'No broker of the cluster acknowledged the record in time.',
    mend: 'Retry; if it lasts, look at the sink’s TopicReady condition.',
    retryAfterSeconds: 2,
  },
  NotEnoughReplicas: {
    status: 503,
    meaning: 'Fewer replicas are in sync than the topic’s min.insync.replicas asks for.',
    mend: 'Bring the missing brokers back; events are taken again as soon as they are.',
    retryAfterSeconds: 2,
  },
  TopicNotFound: {
    status: 503,
    meaning: 'The topic is not there.',
    mend: 'Create the topic; events are taken as soon as it is there.',
    retryAfterSeconds: 5,
  },
  CredentialsRefused: {
    status: 503,
    meaning: 'The broker refuses the sink’s credentials.',
    mend: 'Correct what the sink says about its credentials; its CredentialsReady condition tells more.',
    retryAfterSeconds: 5,
  },
  TokenUnavailable: {
    status: 503,
    meaning: 'The token endpoint of an OAUTHBEARER sink gave no usable token.',
    mend: 'Look at sasl.oauthbearer.token.endpoint.url in the sink’s Secret and at what answers there.',
    retryAfterSeconds: 5,
  },
  BrokerCertificateUntrusted: {
    status: 503,
    meaning: 'The broker’s certificate is signed by no authority that the sink trusts.',
    mend: 'Put the authority into ca.crt of the sink’s Secret; without it, the usual public ones count.',
    retryAfterSeconds: 5,
  },
  BrokerCertificateExpired: {
    status: 503,
    meaning: 'The broker’s certificate, or one in its chain, has expired or is not valid yet.',
    mend: 'Renew the broker’s certificate, or ca.crt of the sink’s Secret if that is the one.',
    retryAfterSeconds: 5,
  },
  BrokerNameMismatch: {
    status: 503,
    meaning: 'The broker’s certificate is not for the host name that was connected to.',
    mend: 'Use a name from the certificate in bootstrapServers and in the brokers’ advertised listeners.',
    retryAfterSeconds: 5,
  },
  TlsFailed: {
    status: 503,
    meaning: 'No TLS connection to the broker comes about.',
    mend: 'Check that protocol in the sink’s Secret is that of the listener at this port.',
    retryAfterSeconds: 5,
  },
  CredentialsNotReady: {
    status: 503,
    meaning:
      'The Secret that spec.auth names is not read yet, is missing, may not be read, or is not complete.',
    mend: 'Create or correct the Secret; events are taken as soon as it is. CredentialsReady names the key.',
    retryAfterSeconds: 2,
  },
  LimitReached: {
    status: 503,
    meaning: 'This process follows as many Secrets, or writes to as many clusters, as its limits let it.',
    mend: 'Raise MAX_SECRETS or MAX_PRODUCERS, or delete KafkaSinks that are not used.',
    retryAfterSeconds: 10,
  },
  DeadlineExceeded: {
    status: 503,
    meaning: 'The event was not stored within the request’s deadline; it may still be.',
    mend: 'Retry; the same event is never stored twice as a Job.',
    retryAfterSeconds: 2,
  },
  JobConflict: {
    status: 409,
    meaning: 'The Job that this event would have belongs to something else or is being deleted.',
    mend: 'Retry; if it lasts, rename or delete the Job that stands in the way.',
  },
  InternalError: {
    status: 500,
    meaning: 'A bug in this process; its log has the cause.',
    mend: 'Report it with the log line; the sender may retry.',
  },
} as const satisfies Record<string, ErrorRow>;

/** The closed set of reasons a sink gives, also the value of the `Reason` header. */
export type ErrorCode = keyof typeof rows;

/** Every code with its row, the one source for status codes and for `docs/reference/errors.md`. */
export const errorTable: Readonly<Record<ErrorCode, ErrorRow>> = rows;

/** Whether a Knative sender tries again after this status (delivery rules of Knative Eventing). */
export function isRetriedBySenders(status: number): boolean {
  return status === 404 || status === 408 || status === 409 || status === 429 || status >= 500;
}
