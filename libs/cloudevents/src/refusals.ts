import { SinkError } from '@event-sinks/errors';

const longestQuote = 40;

/** A name chosen by a sender, cut so that no log line grows with the request. */
export function quoted(name: string): string {
  return JSON.stringify(name.length > longestQuote ? `${name.slice(0, longestQuote)}…` : name);
}

/** The refusal of one attribute; `problem` completes the sentence «attribute x …» and holds no value. */
export function invalidAttribute(name: string, problem: string): SinkError {
  return new SinkError('InvalidAttribute', { detail: `attribute ${quoted(name)} ${problem}` });
}

/** The refusal of the payload as it was declared. */
export function invalidData(detail: string): SinkError {
  return new SinkError('InvalidData', { detail });
}

/** The refusal of a body that is not the one JSON value it should be. */
export function invalidJson(detail: string): SinkError {
  return new SinkError('InvalidJson', { detail });
}
