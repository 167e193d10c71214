import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { jobSinkResource, kafkaSinkResource, parseJobSink, parseKafkaSink } from '@event-sinks/crds';
import { parse, parseAllDocuments } from 'yaml';
import type { Reference } from './destination.ts';

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

const root = join(import.meta.dirname, '..', '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const paths = (pattern: string): string[] => globSync(pattern, { cwd: root }).sort();

/** The objects of a YAML text. @throws Error with the place of what is no YAML. */
function objectsOf(text: string): Manifest[] {
  return parseAllDocuments(text).map((document) => {
    if (document.errors[0]) throw document.errors[0];
    return document.toJS() as Manifest;
  });
}

/** The object as it comes back from the API server, which adds these to every one. */
const stored = (object: Manifest): object => ({
  ...object,
  metadata: { ...object.metadata, namespace: 'default', uid: 'u', generation: 1 },
});

const isOurs = ({ apiVersion }: { readonly apiVersion?: unknown }): boolean =>
  apiVersion === jobSinkResource.apiVersion || apiVersion === kafkaSinkResource.apiVersion;

/** Every `ref` in a value, at any depth. */
function refsIn(value: unknown): Reference[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [
    ...(name === 'ref' ? [inner as Reference] : []),
    ...refsIn(inner),
  ]);
}

const named = ({ apiVersion, kind }: Omit<Manifest, 'metadata'>, name: string): string =>
  `${apiVersion} ${kind} ${name}`;
const manifests = paths('e2e/samples/*/*.yaml');
const sinks = new Set(
  manifests
    .flatMap((path) => objectsOf(read(path)))
    .filter(isOurs)
    .map((object) => named(object, object.metadata.name)),
);

test.each(manifests)('%s is YAML, and its sinks are accepted', (path) => {
  const objects = objectsOf(read(path));
  expect(objects).not.toHaveLength(0);
  const problems = objects.filter(isOurs).flatMap((object) => {
    const result = object.kind === 'JobSink' ? parseJobSink(stored(object)) : parseKafkaSink(stored(object));
    return result.ok ? [] : result.problems;
  });
  expect(problems).toEqual([]);
});

test.each(manifests.filter((path) => path.startsWith(join('e2e/samples/knative', '/'))))(
  '%s refers to a sink that a sample makes',
  (path) => {
    const refs = refsIn(objectsOf(read(path))).filter(isOurs);
    expect(refs).not.toEqual([]);
    expect(refs.filter((ref) => !sinks.has(named(ref, ref.name)))).toEqual([]);
  },
);

test('kn’s mappings lead to the kinds as they are defined', () => {
  const config = parse(read('e2e/samples/kn-config.yaml')) as unknown;
  const mapping = ({ kind, group, version, plural }: typeof jobSinkResource | typeof kafkaSinkResource) => ({
    prefix: kind.toLowerCase(),
    ...{ group, version, resource: plural },
  });
  expect(config).toEqual({
    eventing: { 'sink-mappings': [mapping(jobSinkResource), mapping(kafkaSinkResource)] },
  });
});

describe.each(['knative.md', 'kn.md'])('docs/guides/%s', (page) => {
  const text = read(join('docs/guides', page));
  const printed = [...text.matchAll(/```yaml\n(.*?)```/gs)].map(([, block = '']) => block);
  const samples = paths('e2e/samples/**/*.yaml').map(read);

  test('prints YAML as the samples have it', () => {
    expect(printed).not.toHaveLength(0);
    expect(printed.filter((block) => !samples.some((sample) => sample.includes(block)))).toEqual([]);
  });

  test('links to files that are there', () => {
    const links = [...text.matchAll(/\]\((?!http|#)([^)#]+)/g)].map(([, link = '']) => link);
    expect(links.filter((link) => paths(join('docs/guides', link)).length === 0)).toEqual([]);
  });
});
