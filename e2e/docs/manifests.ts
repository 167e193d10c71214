import { parseAllDocuments } from 'yaml';
import { fencesOf } from './fences.ts';

/** An object that a page shows. */
export interface Manifest {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
}

/** A YAML text of a page. */
export interface YamlBlock {
  readonly line: number;
  readonly text: string;
}

/** The YAML blocks of a page, and those that a shell block hands to `kubectl apply` as its input. */
export function yamlBlocksOf(markdown: string): YamlBlock[] {
  return fencesOf(markdown).flatMap(({ line, language, text }) => {
    if (language === 'yaml') return [{ line, text }];
    return [...text.matchAll(/<<'YAML'\n([^]*?)^YAML$/gm)].map(([, inner = '']) => ({ line, text: inner }));
  });
}

/** The objects of Kubernetes' own API groups in a page's YAML; others need definitions that a cluster may not have. */
export function builtInManifestsOf(markdown: string): Manifest[] {
  const objects = yamlBlocksOf(markdown).flatMap(({ text }) =>
    parseAllDocuments(text).map((document) => document.toJS() as Manifest | null),
  );
  return objects.filter((object) => object !== null && isBuiltIn(object)) as Manifest[];
}

const isBuiltIn = ({ apiVersion = '', metadata }: Manifest): boolean =>
  metadata?.name !== undefined &&
  /^(?:(?:[a-z]+|[a-z.]+\.k8s\.io)\/)?v\d\w*$/.test(apiVersion) &&
  !apiVersion.startsWith('gateway.');
