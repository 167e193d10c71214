import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { crdManifest, type CustomResourceDefinition } from '@event-sinks/crds';
import { parseAllDocuments } from 'yaml';

const file = join(import.meta.dirname, 'fixtures', 'knative-eventing.yaml');
const objects = parseAllDocuments(readFileSync(file, 'utf8')).map((document) => {
  if (document.errors[0]) throw document.errors[0];
  return document.toJS() as { readonly kind: string };
});

describe('Knative’s definition of JobSink', () => {
  const theirs = objects.find(
    ({ kind }) => kind === 'CustomResourceDefinition',
  ) as unknown as CustomResourceDefinition;
  const ours = crdManifest('JobSink');

  test('has the name, group, scope, plural and version of ours, so that an object fits both', () => {
    const identity = ({ metadata, spec }: CustomResourceDefinition): object => ({
      name: metadata.name,
      ...{ group: spec.group, scope: spec.scope, kind: spec.names.kind, plural: spec.names.plural },
      ...{ singular: spec.names.singular, categories: spec.names.categories },
      versions: spec.versions.map(({ name }) => name),
    });
    expect(identity(ours)).toEqual(identity(theirs));
  });

  test('has no field of the status that ours lacks', () => {
    const statusOf = ({ spec }: CustomResourceDefinition): string[] =>
      Object.keys(spec.versions[0].schema.openAPIV3Schema.properties?.['status']?.properties ?? {});
    expect(statusOf(theirs)).not.toEqual([]);
    expect(statusOf(ours)).toEqual(expect.arrayContaining(statusOf(theirs)));
  });

  test('shows the columns that ours always shows', () => {
    const columns = ({ spec }: CustomResourceDefinition): object[] =>
      spec.versions[0].additionalPrinterColumns
        .filter(({ priority = 0 }) => priority === 0)
        .map(({ name, jsonPath }) => ({ name, jsonPath }));
    expect(columns(ours)).not.toEqual([]);
    expect(columns(ours)).toEqual(columns(theirs));
  });
});
