import { errorTable, isRetriedBySenders, type ErrorCode } from '@event-sinks/errors';
import type { GeneratedFile } from './generated-file.ts';
import { code, page, table } from './markdown.ts';

const intro = `A sink that cannot store an event responds with a \`Reason\` header and one line of \`text/plain\`. The header is
one of the words below and nothing else. The line is the message and the remedy below, or a more specific sentence that names
the attribute, the index in a batch (from 0), the offset in the body or the limit, for example
\`Attribute "time" is not an RFC 3339 timestamp, such as 2026-01-02T03:04:05Z.\` It has at most 256 bytes and never contains
data of the event, or text from the API server or from Kafka. Knative senders pass it on as \`knativeerrordata\`. A 2xx response
has no body.

The log of the pod that responded has the cause. The same words label the refusals in its metrics.

A Knative sender (a source, a Broker, a Channel) tries again after some statuses and gives up at once after
others. A refusal that is retried needs no hurry as long as what it names is mended before the sender runs out
of attempts; one that is not retried goes straight to the dead-letter sink, if there is one. \`Retry-After\` is
the number of seconds a sink asks for, unless the API server or the broker has named its own.`;

/** `docs/reference/errors.md`: what each value of the `Reason` header means. */
export function errorsPage(): readonly GeneratedFile[] {
  const codes = Object.keys(errorTable) as ErrorCode[];
  const header = ['Reason', 'Status', 'Retried', 'Retry-After', 'Message', 'Remedy'];
  const text = page('# Reasons for which a sink refuses an event', intro, table(header, codes.map(row)));
  return [{ path: 'docs/reference/errors.md', text }];
}

function row(reason: ErrorCode): readonly string[] {
  const { status, retryAfterSeconds, message, remedy } = errorTable[reason];
  return [
    code(reason),
    String(status),
    isRetriedBySenders(status) ? 'yes' : 'no',
    retryAfterSeconds === undefined ? '' : `${retryAfterSeconds} s`,
    message,
    remedy,
  ];
}
