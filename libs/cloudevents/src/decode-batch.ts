import { SinkError, toSinkError } from '@event-sinks/errors';
import type { CloudEvent } from './cloud-event.ts';
import { checkEnd, checkUtf8, eventFromMembers } from './decode-structured.ts';
import { readObject } from './json-object.ts';
import { skipWhiteSpace } from './json-tokens.ts';
import { invalidJson } from './refusals.ts';

const comma = 0x2c;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/** How much one request may carry in batch mode. */
export interface BatchLimits {
  readonly maxEvents: number;
  /** Of each event as it stands in the batch. */
  readonly maxEventBytes: number;
}

/**
 * The events of a body in the JSON batch format (`application/cloudevents-batch+json`), in order; an empty
 * batch is legal. Each follows the rules of structured mode, and one that breaks them refuses the batch.
 *
 * Throws what structured mode throws, and `EventTooLarge` as soon as a limit is passed; the message names the index of
 * the event, counted from 0.
 */
export function decodeBatch(body: Buffer, limits: BatchLimits): CloudEvent[] {
  checkUtf8(body);
  const events: CloudEvent[] = [];
  let next = skipWhiteSpace(body, 0);
  if (body[next] !== openBracket) {
    throw invalidJson('a batch is one JSON array');
  }
  const first = skipWhiteSpace(body, next + 1);
  next = body[first] === closeBracket ? first : readEvent(body, first, { events, limits });
  while (body[next] === comma) {
    next = readEvent(body, skipWhiteSpace(body, next + 1), { events, limits });
  }
  checkEnd(body, next + 1);
  return events;
}

interface Batch {
  readonly events: CloudEvent[];
  readonly limits: BatchLimits;
}

/** Adds the event at `at` and gives back the offset of the comma or bracket after it. */
function readEvent(body: Buffer, at: number, { events, limits }: Batch): number {
  try {
    if (events.length === limits.maxEvents) throw tooLarge(`a batch may have ${limits.maxEvents} events`);
    const { members, end } = readObject(body, at);
    if (end - at > limits.maxEventBytes) throw tooLarge(`an event may have ${limits.maxEventBytes} bytes`);
    const next = skipWhiteSpace(body, end);
    if (body[next] !== comma && body[next] !== closeBracket) {
      throw invalidJson(`a comma or closing bracket is missing at byte ${next}`);
    }
    events.push(eventFromMembers(body, members));
    return next;
  } catch (error) {
    const { code, message } = toSinkError(error);
    throw new SinkError(code, { detail: `event ${events.length}: ${message}`, cause: error });
  }
}

function tooLarge(detail: string): SinkError {
  return new SinkError('EventTooLarge', { detail });
}
