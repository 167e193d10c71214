import { z } from 'zod';

/** What stands beside a value for the generators; none of it goes into the JSON schema. */
export interface ValueMeta {
  /** The variable of the app that the value ends in. */
  readonly env?: string;
  /** Whether every app has that variable, wherever the value stands. */
  readonly ofAll?: boolean;
  /** The components whose apps have it, where it is neither one of them nor all. */
  readonly owners?: readonly string[];
  /** The shortest and the longest duration that the app takes. */
  readonly shortest?: string;
  readonly longest?: string;
}

/** A value without text in it is the app's own default, or the chart's. */
export function text(description: string, fallback = '') {
  return z.string().default(fallback).describe(description);
}

/** `true` or `false`. */
export function toggle(description: string, fallback: boolean) {
  return z.boolean().default(fallback).describe(description);
}

/** One of these words. */
export function choice<const T extends string>(
  words: readonly [T, ...T[]],
  description: string,
  fallback: NoInfer<T>,
) {
  return z.enum(words).default(fallback).describe(description);
}

/** An integer; both bounds belong to the range. */
export function integer(
  description: string,
  bounds: { readonly min: number; readonly max: number; readonly default: number },
) {
  return z.int().min(bounds.min).max(bounds.max).default(bounds.default).describe(description);
}

/** A share from 0 to 1; text, since Helm would make another number of it. */
export function share(description: string, fallback: string) {
  return z
    .string()
    .regex(/^(0(\.[0-9]+)?|1(\.0+)?)$/)
    .default(fallback)
    .describe(description);
}

const durationPattern = /^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$/;

/** A length of time such as `500ms`, `10s` or `1m30s`. Both bounds belong to the range, and are those of the app. */
export function duration(
  description: string,
  fallback: string,
  bounds: { readonly min: string; readonly max: string },
) {
  const field = z.string().regex(durationPattern).default(fallback).describe(description);
  return field.meta({ ...field.meta(), shortest: bounds.min, longest: bounds.max });
}

/** A length of time as Prometheus writes it: whole numbers, the longest unit first. */
export function prometheusDuration(description: string, fallback: string) {
  return z
    .string()
    .regex(/^([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$/)
    .min(2)
    .default(fallback)
    .describe(description);
}

/** Text of this form; an empty one only where the pattern takes it. */
export function textLike(pattern: RegExp, description: string, fallback = '') {
  return z.string().regex(pattern).default(fallback).describe(description);
}

/** Hands a value to the app as this variable. */
export function asVariable<T extends z.ZodType>(env: string, field: T): T {
  return field.meta({ ...field.meta(), env });
}

/** Hands a value to every app as this variable; a list becomes text with commas. */
export function asVariableOfAll<T extends z.ZodType>(env: string, field: T): T {
  return field.meta({ ...field.meta(), env, ofAll: true });
}

/** Hands a value to the apps that connect to Kafka. */
export function asVariableOfKafka<T extends z.ZodType>(env: string, field: T): T {
  return field.meta({ ...field.meta(), env, owners: ['controller', 'kafkaSink'] });
}

/** Different names of namespaces. */
export function namespaceNames(description: string, { max }: { readonly max: number }) {
  return z
    .array(z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/))
    .max(max)
    .default([])
    .meta({ uniqueItems: true })
    .describe(description);
}

/** A piece of a Kubernetes object, which the API server judges better than a copy of its schema here. */
export function kubernetesObject(description: string, fallback: Record<string, unknown> = {}) {
  return z.record(z.string(), z.unknown()).default(fallback).describe(description);
}

/** A list of pieces of Kubernetes objects. */
export function kubernetesList(description: string) {
  return z.array(z.record(z.string(), z.unknown())).default([]).describe(description);
}

/** Labels or annotations. */
export function stringMap(description: string, fallback: Record<string, string> = {}) {
  return z.record(z.string(), z.string()).default(fallback).describe(description);
}

/** An object whose defaults are those of its fields. A field that it does not name is refused. */
export function group<T extends z.ZodRawShape>(description: string, shape: T) {
  return z.strictObject(shape).describe(description);
}
