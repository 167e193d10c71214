import type { CloudEvent } from '@event-sinks/cloudevents';
import { eventAnnotations } from '@event-sinks/crds';

/** Most characters of an annotation's value; a longer attribute is cut and ends with an ellipsis. */
export const maxAnnotationLength = 256;

const ellipsis = '…';

/** Controls, formats such as a right-to-left override, lone surrogates and separators of lines; and the escape itself. */
const needsEscape = /[\p{C}\p{Zl}\p{Zp}\\]/u;

/**
 * What of an event is shown on its Job. A key without a value is undefined, so that one from the template does not
 * speak for the event.
 */
export function annotationsOf(event: CloudEvent): Readonly<Record<string, string | undefined>> {
  return {
    [eventAnnotations.source]: shown(event.source),
    [eventAnnotations.id]: shown(event.id),
    [eventAnnotations.type]: shown(event.type),
    [eventAnnotations.time]: event.time === undefined ? undefined : shown(event.time),
  };
}

/** Safe to print in a terminal and to read back: escapes are those of a JSON string, and never cut in the middle. */
function shown(text: string): string {
  let value = '';
  for (const character of text) {
    const next = needsEscape.test(character) ? escaped(character) : character;
    if (value.length + next.length >= maxAnnotationLength) return value + ellipsis;
    value += next;
  }
  return value;
}

function escaped(character: string): string {
  if (character === '\\') return '\\\\';
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}
