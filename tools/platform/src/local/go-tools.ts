import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withLock } from '../lock.ts';
import type { Progress } from '../progress.ts';
import { run } from '../shell.ts';

/** One Go module under `tools/platform/go` and the programs that are built from it. */
interface GoModule {
  readonly module: string;
  readonly programs: Readonly<Record<string, string>>;
  readonly tags?: string;
  readonly ldflags?: (goMod: string) => string;
}

const kubernetesProgram = (name: string): [string, string] => [name, `k8s.io/kubernetes/cmd/${name}`];

const kubernetes: GoModule = {
  module: 'kubernetes',
  programs: {
    etcd: 'go.etcd.io/etcd/server/v3',
    ...Object.fromEntries(
      ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-proxy', 'kubectl'].map(
        kubernetesProgram,
      ),
    ),
  },
  tags: 'providerless,dockerless',
  // Unstamped binaries report v0.0.0, which clients and the chart's kubeVersion check read.
  ldflags: (goMod) => {
    const version = /k8s\.io\/kubernetes (v(\d+)\.(\d+)\.\d+)/.exec(goMod);
    if (version === null)
      throw new Error('tools/platform/go/kubernetes/go.mod names no version of k8s.io/kubernetes');
    const stamp = (field: string, value = ''): string => `-X k8s.io/component-base/version.${field}=${value}`;
    return [
      stamp('gitVersion', version[1]),
      stamp('gitMajor', version[2]),
      stamp('gitMinor', version[3]),
    ].join(' ');
  },
};

const modules = {
  kubernetes,
  coredns: { module: 'coredns', programs: { coredns: '.' } },
  // Both majors in one module: most of what they are built from is the same, and so is built once.
  helm: {
    module: 'helm',
    programs: { helm: 'helm.sh/helm/v4/cmd/helm', helm3: 'helm.sh/helm/v3/cmd/helm' },
  },
  'kube-score': {
    module: 'kube-score',
    programs: { 'kube-score': 'github.com/zegl/kube-score/cmd/kube-score' },
  },
  kind: { module: 'kind', programs: { kind: 'sigs.k8s.io/kind' } },
  pause: { module: 'pause', programs: { pause: '.' } },
  'event-reader': { module: 'event-reader', programs: { 'event-reader': '.' } },
} satisfies Record<string, GoModule>;

/** A group of programs that is built together. */
export type GoToolGroup = keyof typeof modules;

/** The groups that tests and a local cluster start; the others are built when they are asked for. */
export const goToolGroups = [
  'kubernetes',
  'helm',
  'coredns',
  'pause',
  'event-reader',
] as const satisfies readonly GoToolGroup[];

function fingerprint(folder: string): string {
  const hash = createHash('sha256');
  for (const file of readdirSync(folder).sort()) hash.update(file).update(readFileSync(join(folder, file)));
  return hash.digest('hex').slice(0, 12);
}

/**
 * Builds what is not in the cache and returns the folder with the group's programs. The folder's name has a
 * digest of the module's files, so another version never meets an old binary; each program is moved into place
 * whole, so a build that was killed leaves nothing behind that looks finished.
 * @param only the programs that are wanted; all of the group unless given.
 */
export async function ensureGoTools(
  group: GoToolGroup,
  cacheDir: string,
  progress: Progress,
  only?: readonly string[],
): Promise<string> {
  const spec: GoModule = modules[group];
  const source = fileURLToPath(new URL(`../../go/${spec.module}`, import.meta.url));
  const target = join(cacheDir, 'bin', `${group}-${fingerprint(source)}`);
  mkdirSync(target, { recursive: true });
  const missing = Object.keys(spec.programs).filter(
    (name) => only?.includes(name) !== false && !existsSync(join(target, name)),
  );
  if (missing.length === 0) return target;
  // Two test files that start together would otherwise compile the same packages at the same time.
  await withLock(
    `${target}.lock`,
    async () => {
      for (const name of missing) await build(spec, name, { source, target, progress });
    },
    {
      onWait: (pid) => {
        progress.note(`Process ${pid} is building ${missing.join(', ')}; waiting for it.`);
      },
    },
  );
  return target;
}

async function build(
  { programs, tags, ldflags }: GoModule,
  name: string,
  { source, target, progress }: { source: string; target: string; progress: Progress },
): Promise<void> {
  const file = join(target, name);
  if (existsSync(file)) return;
  const goMod = readFileSync(join(source, 'go.mod'), 'utf8');
  const linking = ['-s -w', ldflags?.(goMod) ?? ''].join(' ').trim();
  await progress.step(`Building ${name}`, async () => {
    const half = `${file}.half-${process.pid}`;
    const tagged = tags === undefined ? [] : ['-tags', tags];
    await run(
      'go',
      ['build', '-trimpath', ...tagged, '-ldflags', linking, '-o', half, programs[name] ?? name],
      {
        cwd: source,
        env: { CGO_ENABLED: '0', GOFLAGS: '-mod=readonly -buildvcs=false' },
      },
    );
    renameSync(half, file);
  });
}
