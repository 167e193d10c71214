import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { publishedSchema, valuesJsonSchema, type JsonSchema } from './json-schema.ts';
import { settingsByComponent } from './settings.ts';
import { values } from './values.ts';
import { valueRows } from './value-rows.ts';
import { valuesYaml } from './values-yaml.ts';
import { isGroup, nodesOf } from './walk.ts';

describe('the values', () => {
  test('that values.yaml holds are accepted as they are', () => {
    const written: unknown = parse(valuesYaml());
    expect(values.parse(written)).toEqual(written);
  });

  test('are each explained, groups too', () => {
    const silent = nodesOf(valuesJsonSchema()).filter(({ schema }) => (schema.description ?? '') === '');
    expect(silent.map(({ path }) => path.join('.'))).toEqual([]);
  });

  test('end in one variable each, and no variable has two', () => {
    for (const settings of Object.values(settingsByComponent())) {
      const names = settings.map(({ env }) => env);
      expect(names).toEqual([...new Set(names)]);
    }
    expect(settingsByComponent().controller).toContainEqual({
      ...{ env: 'SWEEP_AGE', value: 'controller.sweep.age' },
      ...{ shortest: '1s', longest: '168h' },
    });
  });

  test('are the controller’s outside of the components, unless every app has them', () => {
    const domain = { env: 'CLUSTER_DOMAIN', value: 'clusterDomain' };
    const watched = { env: 'WATCH_NAMESPACES', value: 'watchNamespaces' };
    const { controller, jobSink, kafkaSink } = settingsByComponent();
    expect(controller).toEqual(expect.arrayContaining([domain, watched]));
    for (const settings of [jobSink, kafkaSink]) {
      expect(settings).toContainEqual(watched);
      expect(settings).not.toContainEqual(domain);
    }
  });
});

describe('the published schema', () => {
  const schema = publishedSchema();

  test('lets nothing pass that has no name, at any depth', () => {
    const open = (each: JsonSchema): boolean => isGroup(each) && each.additionalProperties !== false;
    expect([{ path: [], schema }, ...nodesOf(schema)].filter((node) => open(node.schema))).toEqual([]);
  });

  test('says nothing of variables, and takes what a parent chart hands down', () => {
    expect(JSON.stringify(schema)).not.toMatch(/"(env|ofAll|owners)":/);
    expect(Object.keys(schema.properties ?? {})).toEqual(expect.arrayContaining(['global', 'enabled']));
    expect(schema.required).not.toContain('global');
  });
});

describe('the table', () => {
  const rowOf = (value: string) => valueRows().find((row) => row.value === value);

  test.each([
    ['controller.sweep', { type: 'group', default: '' }],
    ['controller.sweep.age', { type: 'string', default: '"10m"' }],
    ['jobSink.image.pullPolicy', { type: '"" or "Always" or "IfNotPresent" or "Never"', default: '""' }],
    ['jobSink.podDisruptionBudget.maxUnavailable', { type: 'integer or string', default: '1' }],
    ['networkPolicy.apiServerPorts', { type: 'list of integer', default: '[443,6443]' }],
    ['watchNamespaces', { type: 'list of string', default: '[]' }],
    ['commonLabels', { type: 'map of string', default: '{}' }],
  ])('%s', (value, want) => {
    expect(rowOf(value)).toMatchObject(want);
  });

  test('tells the range of a number', () => {
    expect(rowOf('webhook.timeoutSeconds')?.meaning).toContain('From 8 to 30.');
  });
});
