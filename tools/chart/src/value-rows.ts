import { valuesJsonSchema, type JsonSchema } from './json-schema.ts';
import { nodesOf } from './walk.ts';

/** One line of the table of values. */
export interface ValueRow {
  readonly value: string;
  readonly type: string;
  /** JSON; empty for a group. */
  readonly default: string;
  readonly meaning: string;
}

/** Every value and group, in the order of values.yaml. */
export function valueRows(): readonly ValueRow[] {
  return nodesOf(valuesJsonSchema()).map(({ path, schema }) => ({
    value: path.join('.'),
    type: typeOf(schema),
    default: schema.default === undefined ? '' : JSON.stringify(schema.default),
    meaning: [schema.description ?? '', rangeOf(schema)].filter((part) => part !== '').join(' '),
  }));
}

function typeOf({ type, anyOf, items, properties, enum: words, additionalProperties }: JsonSchema): string {
  if (words !== undefined) return words.map((word) => JSON.stringify(word)).join(' or ');
  if (anyOf !== undefined) return anyOf.map(typeOf).join(' or ');
  if (items !== undefined) return `list of ${typeOf(items)}`;
  if (properties !== undefined) return 'group';
  const values = typeof additionalProperties === 'object' ? additionalProperties.type : undefined;
  return values === undefined ? (type ?? 'any') : `map of ${values}`;
}

function rangeOf({ type, minimum, maximum, shortest, longest }: JsonSchema): string {
  if (shortest !== undefined && longest !== undefined) return `From ${shortest} to ${longest}.`;
  if (type !== 'integer' || minimum === undefined || maximum === undefined) return '';
  return `From ${minimum} to ${maximum}.`;
}
