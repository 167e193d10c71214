import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { testHelm, type HelmMajor } from '@event-sinks/testing';
import { parseAllDocuments } from 'yaml';

/** The folder of the chart. */
export const chartFolder = fileURLToPath(new URL('../../../../charts/event-sinks', import.meta.url));

/** Labels and the like, of an object or of a pod. */
export interface RenderedMetadata {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A pod, as far as tests look at it by name. */
export interface RenderedPod {
  readonly serviceAccountName: string;
  readonly automountServiceAccountToken: boolean;
  readonly terminationGracePeriodSeconds: number;
  readonly imagePullSecrets?: unknown;
  readonly securityContext: unknown;
  readonly containers: readonly [RenderedContainer, ...RenderedContainer[]];
}

/** A container, as far as tests look at it by name. */
export interface RenderedContainer {
  readonly image: string;
  readonly imagePullPolicy: string;
  readonly args?: readonly string[];
  readonly env: readonly { readonly name: string; readonly value?: string }[];
  readonly ports: unknown;
  readonly securityContext: unknown;
  readonly volumeMounts?: unknown;
}

/** What tests look at of any kind. */
export interface RenderedSpec {
  readonly replicas?: number;
  readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
  readonly template: { readonly metadata: RenderedMetadata; readonly spec: RenderedPod };
  readonly minAvailable?: unknown;
  readonly maxUnavailable?: unknown;
  readonly ingress?: unknown;
  readonly egress?: unknown;
  readonly issuerRef?: unknown;
  readonly groups?: unknown;
}

/** A Kubernetes object as a template wrote it. */
export interface Rendered {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: RenderedMetadata;
  readonly spec: RenderedSpec;
  readonly rules: readonly { readonly resources: readonly string[] }[];
  readonly roleRef: { readonly kind: string; readonly name: string };
  readonly subjects: readonly unknown[];
  readonly webhooks: readonly { readonly namespaceSelector?: unknown }[];
  readonly data?: Readonly<Record<string, string>>;
  readonly automountServiceAccountToken?: boolean;
}

/** Where the tests install. */
const releaseNamespace = 'knative-eventing';

/** How a program ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs Helm, which may fail. */
export async function helm(major: HelmMajor, args: readonly string[]): Promise<Ended> {
  const program = await testHelm(major);
  return await new Promise((resolve) => {
    execFile(program, args, { maxBuffer: 64 * 1_048_576 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : 1, stdout, stderr });
    });
  });
}

/** `--set` for each of these; a value is written as Helm reads it, so `null` takes a value away. */
export function settings(values: Readonly<Record<string, string | number | boolean>>): string[] {
  return Object.entries(values).flatMap(([path, value]) => ['--set', `${path}=${value}`]);
}

/**
 * `helm template` with these values; hooks are what `helm test` makes. By name `<kind>/<name>`, and
 * `<kind>/<namespace>/<name>` outside of the release's namespace. @throws Error with Helm's words.
 */
export async function render(
  values: Readonly<Record<string, string | number | boolean>> = {},
  { major = 4, hooks = false }: { readonly major?: HelmMajor; readonly hooks?: boolean } = {},
): Promise<ReadonlyMap<string, Rendered>> {
  const { code, stdout, stderr } = await helm(major, [
    ...['template', 'sinks', chartFolder, '--namespace', releaseNamespace, '--kube-version', '1.35'],
    ...[...settings(values), ...(hooks ? [] : ['--no-hooks'])],
  ]);
  if (code !== 0) throw new Error(stderr);
  return byName(stdout);
}

/** The objects of a manifest. @throws Error where two have the same name, or one is no valid YAML. */
export function byName(manifest: string): ReadonlyMap<string, Rendered> {
  const objects = new Map<string, Rendered>();
  for (const document of parseAllDocuments(manifest)) {
    if (document.errors.length > 0) throw new Error(document.errors.join('\n'));
    const object = document.toJS() as Rendered | null;
    if (object === null) continue;
    const { namespace = releaseNamespace } = object.metadata;
    const elsewhere = namespace === releaseNamespace ? '' : `${namespace}/`;
    const name = `${object.kind}/${elsewhere}${object.metadata.name}`;
    if (objects.has(name)) throw new Error(`${name} is there twice`);
    objects.set(name, object);
  }
  return objects;
}
