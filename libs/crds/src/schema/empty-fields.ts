import { z } from 'zod';

/**
 * The spec of a sink without optional fields that hold nothing: null, "", 0 and {}.
 * Clients in Go write a pointer to an empty value like that, and Knative's defaulting takes it for a field that was left
 * out. An empty value of a required field stays, and is refused. `acceptEmptyFields` of the manifest is the same rule for
 * the API server.
 */
export function withoutEmptyFields(schema: z.ZodType, value: unknown): unknown {
  const object = unwrapped(schema);
  if (!(object instanceof z.ZodObject) || !isRecord(value)) return value;
  const shape = object.shape as Readonly<Record<string, z.ZodType | undefined>>;
  const kept = Object.entries(value).flatMap(([name, member]) => {
    const field = shape[name];
    if (field === undefined) return [[name, member] as const];
    const inner = withoutEmptyFields(field, member);
    return isOptional(field) && isEmpty(inner, field) ? [] : [[name, inner] as const];
  });
  return Object.fromEntries(kept);
}

function isOptional(schema: z.ZodType): boolean {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault;
}

function unwrapped(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault
    ? unwrapped(schema.unwrap() as z.ZodType)
    : schema;
}

/** An empty value of another type than the field's is wrong, and not empty. */
function isEmpty(value: unknown, field: z.ZodType): boolean {
  if (value === null) return true;
  const type = unwrapped(field);
  if (type instanceof z.ZodNumber) return value === 0;
  if (!(type instanceof z.ZodObject)) return value === '';
  // Not deeper: {"secret":{}} may be all that is left of a Secret named in the wrong place, and must be refused.
  return isRecord(value) && Object.values(value).every((member) => member === null);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
