import type { z } from 'zod';
import { withoutEmptyFields } from './schema/empty-fields.ts';
import { jobSinkSchema, type JobSink } from './schema/job-sink.ts';
import { kafkaSinkSchema, type KafkaSink } from './schema/kafka-sink.ts';

/** What became of a value that should be a sink. Each problem names the field and what to write instead. */
export type ParseResult<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly problems: readonly string[] };

/**
 * Checks that a value is a JobSink. Unknown fields are kept, so the template in `spec.job` comes out with
 * everything it went in with, but for optional fields of ours that hold nothing. Rules that only bind new objects, such as the length of the name, are the CRD’s.
 */
export function parseJobSink(value: unknown): ParseResult<JobSink> {
  return parseWith(jobSinkSchema, value);
}

/**
 * Checks that a value is a KafkaSink and fills in `contentMode`. Unknown fields are kept, optional ones that hold nothing
 * (null, "", 0, {}) are left out. One of
 * numPartitions and replicationFactor without the other passes: the CRD refuses it in new objects, and one
 * that is older than that rule is still served, as a sink whose topic has to exist.
 */
export function parseKafkaSink(value: unknown): ParseResult<KafkaSink> {
  return parseWith(kafkaSinkSchema, value);
}

function parseWith<Schema extends z.ZodObject<{ spec: z.ZodType }>>(
  schema: Schema,
  value: unknown,
): ParseResult<z.output<Schema>> {
  const result = schema.safeParse(withoutEmpty(schema.shape.spec, value), { error: explain });
  if (result.success) return { ok: true, value: result.data };
  return {
    ok: false,
    problems: result.error.issues.map(({ path, message }) => `${pathText(path)} ${message}`),
  };
}

function withoutEmpty(specSchema: z.ZodType, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('spec' in value)) return value;
  return { ...value, spec: withoutEmptyFields(specSchema, value.spec) };
}

function pathText(path: readonly PropertyKey[]): string {
  const text = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return text === '' ? 'the object' : text.replace(/^\./, '');
}

/** Completes the sentence "<path> …". Patterns bring their own words, which zod prefers over these. */
function explain(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type') return explainType(issue.input, issue.expected);
  if (issue.code === 'invalid_value')
    return `must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
  if (issue.code === 'too_small') return explainSize('at least', issue.origin, issue.minimum);
  if (issue.code === 'too_big') return explainSize('at most', issue.origin, issue.maximum);
  return undefined;
}

const typeNames: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a string',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

function explainType(input: unknown, expected: string): string {
  const wanted = typeNames[expected] ?? `of type ${expected}`;
  return input === undefined ? `is missing; it must be ${wanted}` : `must be ${wanted}`;
}

function explainSize(side: string, origin: string, bound: number | bigint): string {
  if (origin === 'string') return `must be ${side} ${String(bound)} characters long`;
  return `must ${origin === 'array' ? 'list' : 'be'} ${side} ${String(bound)}`;
}
