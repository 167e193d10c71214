/** JSON schema as zod writes it: any keyword may occur. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The dialect of JSON schema that the API server takes in a CRD. */
export interface StructuralSchema {
  readonly type?: string;
  readonly format?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, StructuralSchema>>;
  readonly additionalProperties?: StructuralSchema;
  readonly items?: StructuralSchema;
  readonly [keyword: string]: unknown;
}

/** Taken over as they are, in this order: what zod builds first must not decide how the YAML reads. */
const plainKeywords = new Set([
  'type',
  'format',
  'description',
  'default',
  'enum',
  'nullable',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'minLength',
  'maxLength',
  'pattern',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
  'x-kubernetes-validations',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
]);

/** Left out without loss: they say what the API server takes for granted. */
const redundantKeywords = new Set(['$schema', 'propertyNames']);

const nestedKeywords = new Set(['properties', 'items', 'additionalProperties', 'required']);

/**
 * Turns zod’s JSON schema into one that the API server takes. A keyword it would refuse, or that would be
 * lost, throws with its place: a bound that silently vanished would only show once a bad object is stored.
 */
export function toStructuralSchema(schema: JsonSchema, path = 'schema'): StructuralSchema {
  refuseForeignKeywords(schema, path);
  const plain = [...plainKeywords].map((key) => [key, schema[key]] as const).filter(isMeant);
  return { ...Object.fromEntries(plain), ...nested(schema, path) };
}

function refuseForeignKeywords(schema: JsonSchema, path: string): void {
  const foreign = Object.keys(schema).find(
    (key) => !plainKeywords.has(key) && !redundantKeywords.has(key) && !nestedKeywords.has(key),
  );
  if (foreign !== undefined) throw new Error(`${path}: the API server takes no "${foreign}" in a CRD`);
  if (schema['type'] === 'integer' && schema['format'] === undefined) {
    throw new Error(`${path}: an integer needs a format, int32 or int64`);
  }
}

/** zod bounds every integer by what a double holds exactly: narrower than int64, and nothing a user asked for. */
function isMeant([key, value]: readonly [string, unknown]): boolean {
  if (key === 'minimum') return value !== undefined && value !== Number.MIN_SAFE_INTEGER;
  if (key === 'maximum') return value !== undefined && value !== Number.MAX_SAFE_INTEGER;
  return value !== undefined;
}

function nested(schema: JsonSchema, path: string): StructuralSchema {
  return {
    ...requiredOf(schema['required']),
    ...propertiesOf(schema, path),
    ...(isSchema(schema['items']) && { items: toStructuralSchema(schema['items'], `${path}[]`) }),
  };
}

function requiredOf(required: unknown): StructuralSchema {
  return Array.isArray(required) && required.length > 0 ? { required: required as string[] } : {};
}

/** The API server refuses `additionalProperties` beside `properties`; alone it is what makes a map. */
function propertiesOf(schema: JsonSchema, path: string): StructuralSchema {
  const { properties, additionalProperties } = schema;
  if (isSchema(properties)) {
    const entries = Object.entries(properties).map(
      ([name, value]) => [name, toStructuralSchema(value as JsonSchema, `${path}.${name}`)] as const,
    );
    return entries.length === 0 ? {} : { properties: Object.fromEntries(entries) };
  }
  return isSchema(additionalProperties)
    ? { additionalProperties: toStructuralSchema(additionalProperties, `${path}.*`) }
    : {};
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
