import { SinkError, toSinkError } from '@event-sinks/errors';
import type { CloudEvent } from './cloud-event.ts';
import { checkEnd, checkUtf8, eventFromMembers } from './decode-structured.ts';
import { readObject } from './json-object.ts';
import { skipWhiteSpace } from './json-tokens.ts';
import { invalidJson } from './refusals.ts';

const comma = 0x2c;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/**
 * The events of a body in the JSON batch format (`application/cloudevents-batch+json`), in order; an empty
 * batch is legal. Each follows the rules of structured mode, and one that breaks them refuses the batch.
 *
 * Throws what structured mode throws; the message names the index of the event, counted from 0.
 */
export function decodeBatch(body: Buffer): CloudEvent[] {
  checkUtf8(body);
  const events: CloudEvent[] = [];
  let next = skipWhiteSpace(body, 0);
  if (body[next] !== openBracket) {
    throw invalidJson('a batch is one JSON array');
  }
  const first = skipWhiteSpace(body, next + 1);
  next = body[first] === closeBracket ? first : readEvent(body, first, events);
  while (body[next] === comma) {
    next = readEvent(body, skipWhiteSpace(body, next + 1), events);
  }
  checkEnd(body, next + 1);
  return events;
}

/** Adds the event at `at` and gives back the offset of the comma or bracket after it. */
function readEvent(body: Buffer, at: number, events: CloudEvent[]): number {
  try {
    const { members, end } = readObject(body, at);
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
