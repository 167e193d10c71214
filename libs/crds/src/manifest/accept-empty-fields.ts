import type { StructuralSchema } from './structural.ts';

/**
 * Lets the API server take an empty value for each optional field of a spec, which `withoutEmptyFields` of the schema takes
 * for a field that was left out: "" beside the values of an enumeration, 0 below a minimum, and an object without its
 * one required field.
 */
export function acceptEmptyFields(schema: StructuralSchema): StructuralSchema {
  const { properties, required = [] } = schema;
  if (properties === undefined) return schema;
  const fields = Object.entries(properties).map(([name, field]) => {
    const inner = acceptEmptyFields(field);
    return [name, required.includes(name) ? inner : acceptEmpty(inner, name)] as const;
  });
  return { ...schema, properties: Object.fromEntries(fields) };
}

function acceptEmpty({ required = [], ...field }: StructuralSchema, name: string): StructuralSchema {
  // Without one of two required fields an object is neither whole nor empty.
  if (required.length > 1) throw new Error(`${name}: an optional object may have one required field at most`);
  return {
    ...field,
    ...(field.enum !== undefined && { enum: [...field.enum, ''] }),
    ...(isAboveZero(field['minimum']) && { minimum: 0 }),
  };
}

function isAboveZero(minimum: unknown): boolean {
  return typeof minimum === 'number' && minimum > 0;
}
