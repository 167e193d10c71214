import { SinkError, toSinkError, type Problem } from '@event-sinks/errors';
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
 * Throws what structured mode throws, and `EventTooLarge` as soon as a limit is passed, each with the index of the event,
 * counted from 0.
 */
export function decodeBatch(body: Buffer, limits: BatchLimits): CloudEvent[] {
  checkUtf8(body);
  const events: CloudEvent[] = [];
  let next = skipWhiteSpace(body, 0);
  if (body[next] !== openBracket) {
    throw invalidJson('notOneArray');
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
    if (events.length === limits.maxEvents) throw tooLarge('batchTooLong', limits.maxEvents);
    const { members, end } = readObject(body, at);
    if (end - at > limits.maxEventBytes) throw tooLarge('eventTooLarge', limits.maxEventBytes);
    const next = skipWhiteSpace(body, end);
    if (body[next] !== comma && body[next] !== closeBracket) {
      throw invalidJson('jsonSeparatorMissing', { byte: next });
    }
    events.push(eventFromMembers(body, members));
    return next;
  } catch (error) {
    const { code, facts } = toSinkError(error);
    throw new SinkError(code, { facts: { ...facts, index: events.length }, cause: error });
  }
}

function tooLarge(problem: Problem, limit: number): SinkError {
  return new SinkError('EventTooLarge', { facts: { problem, limit } });
}
