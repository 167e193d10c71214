import { z } from 'zod';

/** A variable of type `T`: unset or empty means the default, and without a default it is required. */
export type EnvField<T> = z.ZodType<T, string | undefined>;

interface Parser<T> {
  /** Completes the sentence "expected …". */
  readonly expected: string;
  /** `undefined` when the text is not one of these. */
  readonly parse: (text: string) => T | undefined;
  readonly fallback: T | undefined;
}

function field<T>({ expected, parse, fallback }: Parser<T>): EnvField<T> {
  return z
    .string()
    .optional()
    .transform((given, context) => {
      const text = given?.trim() ?? '';
      const value = text === '' ? fallback : parse(text);
      if (value !== undefined) return value;
      context.addIssue({ code: 'custom', message: expected });
      return z.NEVER;
    });
}

/** Bounds and default of a number; both bounds belong to the range. */
export interface NumberOptions {
  readonly min?: number;
  readonly max?: number;
  readonly default?: number;
}

/** A decimal integer, by default any safe one. */
export function envInt(options: NumberOptions = {}): EnvField<number> {
  return field({
    expected: `an integer${rangeText(options, String)}`,
    parse: (text) => (/^[+-]?\d+$/.test(text) ? withinRange(Number(text), options) : undefined),
    fallback: options.default,
  });
}

/** A decimal number such as `0.25`. */
export function envNumber(options: NumberOptions = {}): EnvField<number> {
  return field({
    expected: `a number${rangeText(options, String)}`,
    parse: (text) => (/^\d+(\.\d+)?$/.test(text) ? withinRange(Number(text), options) : undefined),
    fallback: options.default,
  });
}

/** A length of time such as `500ms`, `10s`, `1m30s` or `2h`; bounds, default and result are milliseconds. */
export function envDuration(options: NumberOptions = {}): EnvField<number> {
  const bounds = { min: 0, ...options };
  return field({
    expected: `a duration such as 500ms, 10s or 1m30s${rangeText(bounds, (ms) => `${ms}ms`)}`,
    parse: (text) => withinRange(milliseconds(text), bounds),
    fallback: options.default,
  });
}

/** `true` or `false`, nothing else: `0`, `no` and `off` mean different things to different people. */
export function envBool(options: { readonly default?: boolean } = {}): EnvField<boolean> {
  return field({
    expected: 'true or false',
    parse: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
    fallback: options.default,
  });
}

/** A variable that there was once; `instead` says what to do, as in "nothing: …". */
export function envRemoved(instead: string): EnvField<undefined> {
  return z
    .string()
    .optional()
    .transform((given, context) => {
      if ((given?.trim() ?? '') !== '') context.addIssue({ code: 'custom', message: instead });
      return undefined;
    });
}

/** One of a closed set of words. */
export function envEnum<const T extends string>(
  values: readonly T[],
  options: { readonly default?: NoInfer<T> } = {},
): EnvField<T> {
  return field({
    expected: `one of ${values.join(', ')}`,
    parse: (text) => values.find((value) => value === text),
    fallback: options.default,
  });
}

/** What {@link envString} takes. */
export interface StringOptions {
  readonly default?: string;
  readonly pattern?: RegExp;
  /** Completes "expected …" in the message; say it in words when there is a pattern. */
  readonly expected?: string;
}

/** Text that is not empty, without the white space around it. */
export function envString(options: StringOptions = {}): EnvField<string> {
  const { pattern } = options;
  return field({
    expected: options.expected ?? (pattern === undefined ? 'some text' : `text matching ${pattern.source}`),
    parse: (text) => (pattern === undefined || pattern.test(text) ? text : undefined),
    fallback: options.default,
  });
}

/** Like {@link envString}, but `undefined` when it is unset or empty. */
export function envOptionalString(): z.ZodType<string | undefined, string | undefined> {
  return z
    .string()
    .optional()
    .transform((given) => {
      const text = given?.trim() ?? '';
      return text === '' ? undefined : text;
    });
}

const namespaceName = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** What {@link envList} takes. */
export interface ListOptions {
  readonly max: number;
  readonly isItem: (text: string) => boolean;
  /** Completes "expected at most 100 different …". */
  readonly items: string;
}

/** Different items with commas between them; none when it is unset or empty. */
export function envList({ max, isItem, items }: ListOptions): EnvField<readonly string[]> {
  return field({
    expected: `at most ${max} different ${items}`,
    parse: (text) => {
      const list = text.split(',').map((item) => item.trim());
      const isGood = list.length <= max && list.every(isItem);
      return isGood && new Set(list).size === list.length ? list : undefined;
    },
    fallback: [],
  });
}

/** Names of namespaces (DNS labels). */
export function envNamespaces({ max }: { readonly max: number }): EnvField<readonly string[]> {
  return envList({
    max,
    isItem: (text) => namespaceName.test(text),
    items:
      'names of namespaces with commas between them, such as team-a,team-b, or nothing for all namespaces',
  });
}

/** An http or https URL without credentials, or `undefined` when it is unset or empty. */
export function envUrl(): z.ZodType<string | undefined, string | undefined> {
  return envOptionalString().refine((text) => text === undefined || isHttpUrl(text), {
    message: 'an http or https URL without user and password',
  });
}

function isHttpUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

function milliseconds(text: string): number {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/.test(text)) return Number.NaN;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/([\d.]+)(ms|s|m|h)/g)) {
    total += Number(amount) * (unitMs[unit ?? ''] ?? Number.NaN);
  }
  return Math.round(total);
}

function withinRange(value: number, { min, max }: NumberOptions): number | undefined {
  const inside = value >= (min ?? Number.MIN_SAFE_INTEGER) && value <= (max ?? Number.MAX_SAFE_INTEGER);
  return inside ? value : undefined;
}

function rangeText({ min, max }: NumberOptions, show: (value: number) => string): string {
  if (min !== undefined && max !== undefined) return ` from ${show(min)} to ${show(max)}`;
  if (min !== undefined) return ` of at least ${show(min)}`;
  return max === undefined ? '' : ` of at most ${show(max)}`;
}
