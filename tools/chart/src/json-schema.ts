import { z } from 'zod';
import { parentValues, values } from './values.ts';

/** JSON schema as far as the generators read it. */
export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly anyOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly required?: readonly string[];
  /** The variable that the value ends in; only here, not in what is published. */
  readonly env?: string;
  /** Every app has it; only here as well. */
  readonly ofAll?: boolean;
  /** The components whose apps have it; only here as well. */
  readonly owners?: readonly string[];
  /** Bounds of a duration, which JSON schema cannot compare; only here as well. */
  readonly shortest?: string;
  readonly longest?: string;
}

const draft = { target: 'draft-07', io: 'output' } as const;

/** The schema of the values that stand in values.yaml, with the variables that they end in. */
export function valuesJsonSchema(): JsonSchema {
  return z.toJSONSchema(values, draft) as JsonSchema;
}

/**
 * What Helm checks values by. Every value of values.yaml is required, since a template that meets a value taken away
 * by `null` fails in words that nobody understands.
 */
export function publishedSchema(): JsonSchema {
  const { properties, ...root } = withoutVariables(valuesJsonSchema());
  const parent = z.toJSONSchema(parentValues, draft) as JsonSchema;
  return { ...root, properties: { ...properties, ...parent.properties } };
}

function withoutVariables({
  env: _env,
  ofAll: _ofAll,
  owners: _owners,
  shortest: _shortest,
  longest: _longest,
  ...schema
}: JsonSchema): JsonSchema {
  if (schema.properties === undefined) return schema;
  const fields = Object.entries(schema.properties).map(([name, field]) => [name, withoutVariables(field)]);
  return { ...schema, properties: Object.fromEntries(fields) as Record<string, JsonSchema> };
}
