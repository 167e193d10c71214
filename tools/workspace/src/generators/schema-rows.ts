import type { StructuralSchema } from '@event-sinks/crds';
import { code } from './markdown.ts';
import { ruleMessages, rulesOf } from './schema-rules.ts';

/** The header that goes with {@link schemaRows}. */
export const schemaHeader = ['Field', 'Type', 'Required', 'Default', 'Limits', 'Meaning'];

type Row = readonly string[];

/**
 * One table row per field below `path`, parents before children. `asked` holds the paths that a rule further
 * up requires.
 */
export function schemaRows(
  schema: StructuralSchema,
  path: string,
  asked: readonly string[] = [],
): readonly Row[] {
  const required = [
    ...asked,
    ...(schema.required ?? []).map((name) => `${path}.${name}`),
    ...requiredByRule(schema, path),
  ];
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const fieldPath = `${path}.${name}`;
    const children = schemaRows(field.items ?? field, field.items ? `${fieldPath}[]` : fieldPath, required);
    return [fieldRow(field, fieldPath, required.includes(fieldPath)), ...children];
  });
}

function requiredByRule(schema: StructuralSchema, path: string): readonly string[] {
  return rulesOf(schema)
    .filter(({ reason }) => reason === 'FieldValueRequired')
    .map(({ fieldPath = '' }) => `${path}${fieldPath}`);
}

function fieldRow(field: StructuralSchema, path: string, isRequired: boolean): Row {
  return [
    code(path),
    typeOf(field),
    isRequired ? 'yes' : '',
    field.default === undefined ? '' : code(JSON.stringify(field.default).replaceAll('"', '')),
    limitsOf(field).join('; '),
    field.description ?? '',
  ];
}

function typeOf({ type = 'any', format, items, additionalProperties }: StructuralSchema): string {
  if (items) return `list of ${typeOf(items)}`;
  if (additionalProperties) return `map of ${typeOf(additionalProperties)}`;
  return format ?? type;
}

const boundWords: readonly (readonly [keyword: string, before: string, after: string])[] = [
  ['minimum', 'at least ', ''],
  ['maximum', 'at most ', ''],
  ['maxLength', 'at most ', ' characters'],
  ['minItems', 'at least ', ' in the list'],
  ['maxItems', 'at most ', ' in the list'],
];

/** What every int32 has for a bound says nothing about the field. */
const largestInt32 = 2_147_483_647;

function limitsOf(field: StructuralSchema): readonly string[] {
  // The empty value is taken for an absent one and is no choice of its own.
  const choices = field.enum?.map(String).filter((value) => value !== '') ?? [];
  const values = choices.map(code).join(' or ');
  const bounds = boundWords
    .filter(([keyword]) => typeof field[keyword] === 'number' && field[keyword] !== largestInt32)
    .map(([keyword, before, after]) => `${before}${String(field[keyword])}${after}`);
  const filled = field['minLength'] === 1 ? 'not empty' : '';
  const each = field.items === undefined ? [] : limitsOf(field.items).map((limit) => `each ${limit}`);
  return [values, filled, ...bounds, ...ruleMessages(field).map(withoutMend), ...each].filter(
    (limit) => limit !== '',
  );
}

/** A table says what is wanted; what to do about a refusal belongs to the message. */
function withoutMend(message: string): string {
  return message.split(';')[0] ?? message;
}
