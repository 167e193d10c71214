import { z } from 'zod';
import { acceptEmptyFields } from './accept-empty-fields.ts';
import { toStructuralSchema, type JsonSchema, type StructuralSchema } from './structural.ts';

/** The fields every object has. A CRD may say no more about metadata than that it is an object. */
const typeMeta = {
  apiVersion: { type: 'string', description: 'The API group and version of the object.' },
  kind: { type: 'string', description: 'The kind of the object.' },
  metadata: { type: 'object', properties: { name: { type: 'string' } } },
} as const;

/** The `openAPIV3Schema` of a kind. */
export function rootSchema(schema: z.ZodType): StructuralSchema {
  // The input form: the output form would ask for fields that have a default.
  const json = z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input' }) as JsonSchema;
  const properties = json['properties'] as Record<string, JsonSchema>;
  const ownFields = Object.entries(properties).filter(([name]) => !(name in typeMeta));
  const required = (json['required'] as string[]).filter((name) => !(name in typeMeta));
  const structural = toStructuralSchema({
    ...json,
    required,
    properties: { ...typeMeta, ...Object.fromEntries(ownFields) },
  });
  const { spec = {}, ...others } = structural.properties ?? {};
  const { status, ...typed } = others;
  return {
    ...structural,
    properties: { ...typed, spec: acceptEmptyFields(spec), ...(status !== undefined && { status }) },
  };
}
