import { describe, expect, test } from '@jest/globals';
import { acceptEmptyFields } from './accept-empty-fields.ts';
import { crdManifest, crds, type SinkKind, type StructuralSchema } from '../index.ts';

const kinds: SinkKind[] = ['JobSink', 'KafkaSink'];

const rootOf = (kind: SinkKind): StructuralSchema =>
  crdManifest(kind).spec.versions[0].schema.openAPIV3Schema;

function at(schema: StructuralSchema, path: string): StructuralSchema {
  return path.split('.').reduce((parent, name) => {
    const child = name === '[]' ? parent.items : parent.properties?.[name];
    if (child === undefined) throw new Error(`no ${name} in ${path}`);
    return child;
  }, schema);
}

function fieldsOf(schema: StructuralSchema, path = ''): [string, StructuralSchema][] {
  const children = Object.entries(schema.properties ?? {}).map(
    ([name, child]) => [`${path}.${name}`, child] as const,
  );
  const all = schema.items === undefined ? children : [...children, [`${path}[]`, schema.items] as const];
  return all.flatMap(([name, child]) => [[name, child], ...fieldsOf(child, name)]);
}

describe('the CRDs', () => {
  test('are the two kinds, under the names Knative looks for', () => {
    expect(crds.map(({ metadata }) => metadata.name)).toEqual([
      'jobsinks.sinks.knative.dev',
      'kafkasinks.eventing.knative.dev',
    ]);
    expect(crdManifest('JobSink').spec.names.categories).toEqual(['all', 'knative', 'eventing', 'sink']);
    expect(crdManifest('KafkaSink').spec.names.categories).toEqual(['all', 'knative', 'eventing', 'sink']);
  });

  test.each(kinds)('%s is found as addressable', (kind) => {
    expect(crdManifest(kind).metadata.labels).toMatchObject({
      'duck.knative.dev/addressable': 'true',
      'knative.dev/crd-install': 'true',
    });
  });

  test('show URL, Age, Ready and Reason, in this order', () => {
    const columns = (kind: SinkKind) =>
      crdManifest(kind).spec.versions[0].additionalPrinterColumns.map(
        ({ name, priority = 0 }) => `${name}/${priority}`,
      );
    expect(columns('JobSink')).toEqual([
      ...['URL/0', 'Age/0', 'Ready/0', 'Reason/0'],
      ...['Active/1', 'Succeeded/1', 'Failed/1'],
    ]);
    expect(columns('KafkaSink')).toEqual(['URL/0', 'Age/0', 'Ready/0', 'Reason/0', 'Topic/1']);
  });

  test.each(kinds)('%s has a description on every field for kubectl explain', (kind) => {
    const silent = fieldsOf(rootOf(kind)).filter(([, schema]) => (schema.description ?? '') === '');
    // The API server describes an object’s own metadata.
    expect(silent.map(([path]) => path)).toEqual(['.metadata', '.metadata.name']);
  });

  test.each(kinds)('%s keeps one condition per type', (kind) => {
    expect(at(rootOf(kind), 'status.conditions')).toMatchObject({
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['type'],
      items: { required: ['type', 'status'] },
    });
  });

  test('JobSink says of each part of the Job where its fields are explained', () => {
    for (const [path, explained] of [
      ['spec.job', 'job'],
      ['spec.job.metadata', 'job.metadata'],
      ['spec.job.spec', 'job.spec'],
      ['spec.job.spec.template', 'job.spec.template'],
    ] as const)
      expect(at(rootOf('JobSink'), path).description).toContain(`"kubectl explain ${explained}"`);
  });

  test('JobSink asks for spec and spec.job, and prunes nothing inside it', () => {
    expect(rootOf('JobSink').required).toEqual(['spec']);
    expect(at(rootOf('JobSink'), 'spec').required).toEqual(['job']);
    for (const path of ['spec.job', 'spec.job.metadata', 'spec.job.spec', 'spec.job.spec.template']) {
      expect(at(rootOf('JobSink'), path)['x-kubernetes-preserve-unknown-fields']).toBe(true);
    }
  });

  test('KafkaSink has the bounds of its parser', () => {
    expect(at(rootOf('KafkaSink'), 'spec').required).toEqual(['topic', 'bootstrapServers']);
    expect(at(rootOf('KafkaSink'), 'spec.topic')).toMatchObject({ type: 'string', maxLength: 249 });
    expect(at(rootOf('KafkaSink'), 'spec.bootstrapServers')).toMatchObject({ minItems: 1, maxItems: 64 });
    expect(at(rootOf('KafkaSink'), 'spec.contentMode')).toMatchObject({ default: 'binary' });
    expect(at(rootOf('KafkaSink'), 'spec.topicDeletionPolicy')).toMatchObject({ default: 'Delete' });
    expect(at(rootOf('KafkaSink'), 'spec.replicationFactor')).toMatchObject({ minimum: 0, maximum: 32_767 });
  });

  test('an optional field may be empty, a required one may not', () => {
    const optional = { type: 'object', required: ['name'], properties: { name: { type: 'string' } } };
    const schema = acceptEmptyFields({
      required: ['needed'],
      properties: {
        needed: { type: 'object', required: ['name'], properties: { name: { enum: ['a'] } } },
        mode: { enum: ['a', 'b'] },
        count: { minimum: 1 },
        optional,
      },
    });
    expect(schema.properties).toEqual({
      needed: { type: 'object', required: ['name'], properties: { name: { enum: ['a'] } } },
      mode: { enum: ['a', 'b', ''] },
      count: { minimum: 0 },
      optional: { type: 'object', properties: { name: { type: 'string' } } },
    });
    const unclear = { properties: { a: { required: ['b', 'c'], properties: { b: {}, c: {} } } } };
    expect(() => acceptEmptyFields(unclear)).toThrow('a: an optional object may have one required field');
  });

  test.each(kinds)('%s says in each rule which field is meant and what mends it', (kind) => {
    const rules = [rootOf(kind), ...fieldsOf(rootOf(kind)).map(([, schema]) => schema)].flatMap(
      (schema) => (schema['x-kubernetes-validations'] ?? []) as { message: string }[],
    );
    expect(rules.length).toBeGreaterThan(2);
    for (const { message } of rules) expect(message).toMatch(/;|must be/);
  });
});
