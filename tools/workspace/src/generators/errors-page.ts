import { errorTable, isRetriedBySenders, type ErrorCode } from '@event-sinks/errors';
import type { GeneratedFile } from './generated-file.ts';
import { code, page, table } from './markdown.ts';

const intro = `A sink that cannot store an event answers with an empty body and a \`Reason\` header. The header holds one of
the words below and nothing else: no names, no text from the API server or from Kafka. The cause stands in the
log of the pod that answered. The same words label the refusals in its metrics.

A Knative sender (a source, a Broker, a Channel) tries again after some statuses and gives up at once after
others. A refusal that is retried needs no hurry as long as what it names is mended before the sender runs out
of attempts; one that is not retried goes straight to the dead-letter sink, if there is one. \`Retry-After\` is
the number of seconds a sink asks for, unless the API server or the broker has named its own.`;

/** `docs/reference/errors.md`: what each value of the `Reason` header means. */
export function errorsPage(): readonly GeneratedFile[] {
  const codes = Object.keys(errorTable) as ErrorCode[];
  const header = ['Reason', 'Status', 'Retried', 'Retry-After', 'What happened', 'What mends it'];
  const text = page('# Reasons for which a sink refuses an event', intro, table(header, codes.map(row)));
  return [{ path: 'docs/reference/errors.md', text }];
}

function row(reason: ErrorCode): readonly string[] {
  const { status, retryAfterSeconds, meaning, mend } = errorTable[reason];
  return [
    code(reason),
    String(status),
    isRetriedBySenders(status) ? 'yes' : 'no',
    retryAfterSeconds === undefined ? '' : `${retryAfterSeconds} s`,
    meaning,
    mend,
  ];
}
