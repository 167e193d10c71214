import { z } from 'zod';

/** A CEL rule as `x-kubernetes-validations` takes it. */
export interface CelRule {
  readonly rule: string;
  /** Shown to whoever applied the object: names the field and says what to write instead. */
  readonly message: string;
  /** The field to blame when the rule has to stand on its parent. */
  readonly fieldPath?: string;
  readonly reason?: 'FieldValueInvalid' | 'FieldValueForbidden' | 'FieldValueRequired';
  /** Makes `oldSelf` an optional, which has no value while the object is being created. */
  readonly optionalOldSelf?: true;
}

/** Metadata that puts CEL rules on a schema; zod ignores it, the CRD carries it. */
export function celRules(...rules: CelRule[]): { 'x-kubernetes-validations': CelRule[] } {
  return { 'x-kubernetes-validations': rules };
}

/**
 * A rule that binds new objects only. The API server checks every rule on every write, so a rule on what can
 * no longer be changed would take labels, finalizers and status from an object that is older than the rule.
 */
export function whenCreated(wanted: CelRule): CelRule {
  return { ...wanted, rule: `oldSelf.hasValue() || ${wanted.rule}`, optionalOldSelf: true };
}

/** Metadata that keeps the API server from pruning fields it was not told about. */
export const keepUnknownFields = { 'x-kubernetes-preserve-unknown-fields': true } as const;

/** Metadata of a list that is replaced as a whole by server-side apply. */
export const atomicList = { 'x-kubernetes-list-type': 'atomic' } as const;

/**
 * An object that keeps the fields it does not know when parsed, while its static type lists only those it
 * does: a newer CRD must not break an older reader, and a typo in our code must not compile.
 */
export function openObject<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape> {
  return z.looseObject(shape);
}

/** What {@link patterned} needs to know about a string. */
export interface PatternedString {
  readonly pattern: RegExp;
  readonly maxLength: number;
  /** Completes the sentence "<field> …" and says what to write. */
  readonly mend: string;
  /** Values that match and are refused all the same. */
  readonly reserved?: readonly string[];
  readonly description: string;
}

/**
 * A string of a given form. In the CRD the form is a rule and not a `pattern`: the API server answers a broken
 * pattern with the bare expression, a broken rule with our words. `matches` takes RE2 syntax, so the expression
 * must mean the same there and in JavaScript.
 */
export function patterned(wanted: PatternedString): z.ZodString {
  const { pattern, maxLength, mend, description, reserved = [] } = wanted;
  const reservedMend = `may not be ${reserved.map((value) => JSON.stringify(value)).join(' or ')}; choose another`;
  const rules = [
    { rule: `self.matches(r'${pattern.source}')`, message: mend },
    ...(reserved.length > 0
      ? [{ rule: `!(self in ${JSON.stringify(reserved)})`, message: reservedMend }]
      : []),
  ];
  return z
    .string()
    .max(maxLength)
    .regex(pattern, mend)
    .refine((value) => !reserved.includes(value), reservedMend)
    .meta({ description, pattern: undefined, ...celRules(...rules) });
}

/** A rule on the parent that refuses to set, change or clear `field` once the object exists. */
export function immutableField(field: string, mend: string): CelRule {
  return {
    rule:
      `has(self.${field}) == has(oldSelf.${field})` +
      ` && (!has(self.${field}) || self.${field} == oldSelf.${field})`,
    message: `${field} cannot be changed once the sink exists; ${mend}`,
    fieldPath: `.${field}`,
    reason: 'FieldValueForbidden',
  };
}

/** The same for a number that is left out or above zero: one that is 0 counts as left out. */
export function immutableCount(field: string, mend: string): CelRule {
  return {
    ...immutableField(field, mend),
    rule: `${countOf('self', field)} == ${countOf('oldSelf', field)}`,
  };
}

/** A number in a rule, 0 where it was left out. */
export function countOf(object: 'self' | 'oldSelf', field: string): string {
  return `(has(${object}.${field}) ? ${object}.${field} : 0)`;
}
