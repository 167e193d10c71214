/** Anything that a log line may carry beside its constant message. */
export type LogFields = Record<string, unknown>;

/** Longest string that reaches a log line; the rest is cut off and marked. */
export const maxFieldLength = 256;

const cutMark = '…[cut]';
const maxDepth = 5;
const maxEntries = 50;
const maxStackLines = 12;
/** A chain of causes can be long or, by mistake, a ring. */
const maxCauses = 8;

/**
 * Makes fields safe to print: strings cut, errors spelled out with their causes, nothing deeper or wider than
 * a person would read, and nothing that throws when serialised.
 */
export function tidyFields(fields: LogFields): LogFields {
  return tidyObject(fields, 0);
}

/** Cuts a string to {@link maxFieldLength} and says so. */
export function cutText(text: string): string {
  return text.length <= maxFieldLength ? text : text.slice(0, maxFieldLength) + cutMark;
}

function tidy(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return cutText(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'function' || typeof value === 'symbol') return `[${typeof value}]`;
  if (typeof value !== 'object' || value === null) return value;
  return tidyReference(value, depth);
}

function tidyReference(value: object, depth: number): unknown {
  if (value instanceof Error) return tidyError(value, 0);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'invalid date' : value.toISOString();
  // Bytes are payloads or keys; neither belongs in a log.
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (depth >= maxDepth) return '[deeper]';
  if (Array.isArray(value)) return tidyList(value, depth);
  return tidyObject(value as LogFields, depth);
}

function tidyList(list: readonly unknown[], depth: number): unknown[] {
  const kept = list.slice(0, maxEntries).map((entry) => tidy(entry, depth + 1));
  if (list.length > maxEntries) kept.push(`[${list.length - maxEntries} more]`);
  return kept;
}

function tidyObject(fields: LogFields, depth: number): LogFields {
  const kept: LogFields = {};
  for (const key of Object.keys(fields).slice(0, maxEntries)) {
    kept[cutText(key)] = tidy(fields[key], depth + 1);
  }
  return kept;
}

function tidyError(error: Error, causes: number): LogFields {
  const fields: LogFields = { type: cutText(error.name), message: cutText(error.message) };
  if ('code' in error) fields['code'] = tidy(error.code, maxDepth);
  if (error.stack !== undefined) fields['stack'] = stackLines(error.stack);
  if (error instanceof AggregateError && causes < maxCauses) {
    fields['errors'] = error.errors.slice(0, maxCauses).map((each) => tidyCause(each, causes + 1));
  }
  if (error.cause !== undefined) fields['cause'] = tidyCause(error.cause, causes + 1);
  return fields;
}

function tidyCause(cause: unknown, causes: number): unknown {
  if (causes > maxCauses) return '[more causes]';
  return cause instanceof Error ? tidyError(cause, causes) : tidy(cause, maxDepth);
}

function stackLines(stack: string): string[] {
  const frames = stack.split('\n').filter((line) => line.startsWith('    at '));
  return frames.slice(0, maxStackLines).map((line) => cutText(line.trim()));
}
