import { describe, expect, test } from '@jest/globals';
import { toStructuralSchema, type JsonSchema } from './structural.ts';

describe('toStructuralSchema', () => {
  test.each<[string, JsonSchema, object]>([
    ['$schema goes', { $schema: 'https://json-schema.org/x', type: 'string' }, { type: 'string' }],
    [
      'additionalProperties goes where there are properties',
      { type: 'object', properties: { a: { type: 'string' } }, additionalProperties: {} },
      { type: 'object', properties: { a: { type: 'string' } } },
    ],
    [
      'additionalProperties stays where it makes a map',
      { type: 'object', propertyNames: { type: 'string' }, additionalProperties: { type: 'string' } },
      { type: 'object', additionalProperties: { type: 'string' } },
    ],
    [
      'an object of unknown fields keeps only its extension',
      {
        type: 'object',
        properties: {},
        additionalProperties: {},
        'x-kubernetes-preserve-unknown-fields': true,
      },
      { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    ],
    [
      'bounds that only say what a double can hold go',
      {
        type: 'integer',
        format: 'int64',
        minimum: Number.MIN_SAFE_INTEGER,
        maximum: Number.MAX_SAFE_INTEGER,
      },
      { type: 'integer', format: 'int64' },
    ],
    [
      'bounds that were asked for stay',
      { type: 'integer', format: 'int32', minimum: 1, maximum: 2_147_483_647 },
      { type: 'integer', format: 'int32', minimum: 1, maximum: 2_147_483_647 },
    ],
    [
      'an empty required and a keyword set to undefined go',
      { type: 'string', required: [], pattern: undefined },
      { type: 'string' },
    ],
    [
      'a nullable stays, and lists are cleaned inside',
      { type: 'array', nullable: true, items: { $schema: 'x', type: 'string' } },
      { type: 'array', nullable: true, items: { type: 'string' } },
    ],
  ])('%s', (_name, schema, expected) => {
    expect(toStructuralSchema(schema)).toStrictEqual(expected);
  });

  test.each([
    '$ref',
    'const',
    'allOf',
    'anyOf',
    'oneOf',
    'not',
    'uniqueItems',
    'patternProperties',
    'prefixItems',
    'id',
  ])('throws with the place of a "%s", which the API server refuses or ignores', (keyword) => {
    const schema = { type: 'object', properties: { list: { type: 'array', items: { [keyword]: 'x' } } } };
    expect(() => toStructuralSchema(schema)).toThrow(`schema.list[]: the API server takes no "${keyword}"`);
  });

  test('throws for an integer whose width is open', () => {
    expect(() => toStructuralSchema({ type: 'object', properties: { n: { type: 'integer' } } })).toThrow(
      'schema.n: an integer needs a format, int32 or int64',
    );
  });
});
