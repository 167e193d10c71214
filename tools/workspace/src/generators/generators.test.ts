import { describe, expect, test } from '@jest/globals';
import { crds } from '@event-sinks/crds';
import { errorTable } from '@event-sinks/errors';
import { parse } from 'yaml';
import { apiPage } from './api-page.ts';
import { crdFiles } from './crd-files.ts';
import { errorsPage } from './errors-page.ts';
import { table } from './markdown.ts';
import { schemaRows } from './schema-rows.ts';

describe('crdFiles', () => {
  test('hold the manifests exactly, one per file, and say where they come from', () => {
    const files = crdFiles();
    expect(files.map(({ text }): unknown => parse(text))).toEqual(crds);
    for (const { text } of files) expect(text).toMatch(/^# Made by `npm run generate`/);
  });
});

describe('errorsPage', () => {
  test('has one row for each reason, with what senders do about it', () => {
    const text = errorsPage()[0]?.text ?? '';
    for (const [reason, { status }] of Object.entries(errorTable)) {
      expect(text).toContain(`| \`${reason}\` | ${status} |`);
    }
    expect(text).toContain('| `EventTooLarge` | 413 | no |  |');
    expect(text).toContain('| `Overloaded` | 429 | yes | 1 s |');
  });
});

describe('apiPage', () => {
  const text = apiPage()[0]?.text ?? '';

  test.each([
    '| `spec.job` | object | yes |',
    '| `spec.job.spec.template` | object | yes |',
    '| `spec.topic` | string | yes |  | at most 249 characters; may hold only',
    '| `spec.contentMode` | string |  | `binary` | `binary` or `structured` |',
    '| `status.conditions[].type` | string | yes |',
    '| CredentialsReady |',
    '- numPartitions and replicationFactor go together',
  ])('tells of %s', (part) => {
    expect(text).toContain(part);
  });
});

describe('schemaRows', () => {
  test('puts parents before children and counts what a rule requires as required', () => {
    const rows = schemaRows(
      {
        properties: {
          outer: {
            type: 'object',
            description: 'Outer.',
            'x-kubernetes-validations': [
              { message: 'no', reason: 'FieldValueRequired', fieldPath: '.inner' },
            ],
            properties: { inner: { type: 'integer', format: 'int32', minimum: 1, maximum: 2_147_483_647 } },
          },
          list: {
            type: 'array',
            items: { type: 'object', properties: { a: { type: 'string', minLength: 1 } } },
          },
        },
      },
      'spec',
    );
    expect(rows).toEqual([
      ['`spec.outer`', 'object', '', '', '', 'Outer.'],
      ['`spec.outer.inner`', 'int32', 'yes', '', 'at least 1', ''],
      ['`spec.list`', 'list of object', '', '', '', ''],
      ['`spec.list[].a`', 'string', '', '', 'not empty', ''],
    ]);
  });
});

describe('table', () => {
  test('keeps a pipe and a line break from ending the cell', () => {
    expect(table(['a'], [['x|y\nz']])).toBe('| a |\n| --- |\n| x\\|y z |');
  });
});
