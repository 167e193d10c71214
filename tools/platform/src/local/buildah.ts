import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { contentDigest, withBuildContext, type ImageSpec } from '../images/build.ts';
import { run } from '../shell.ts';

/** buildah with its storage in a folder of its own, never the user's. */
export interface Buildah {
  /** Builds the image; the same content gives the same bytes, whenever and wherever it is built. @returns its local name. */
  build(spec: ImageSpec): Promise<string>;
  /** Copies a local image to `docker://…`, `oci:…` and so on. @returns the digest of its manifest there. */
  push(image: string, to: string): Promise<string>;
}

/** Folders that may be removed when nothing is built, and what a command is put into. */
export interface BuildahOptions {
  /** Layers and images. */
  readonly storage: string;
  /** Build contexts and other things that are gone afterwards. */
  readonly temporary: string;
  /** Puts a command into another network namespace, for example. */
  readonly enter?: (command: string, args: readonly string[]) => { command: string; args: readonly string[] };
}

/** Takes buildah into use; nothing is started. */
export function createBuildah({
  storage,
  temporary,
  enter = (command, args) => ({ command, args }),
}: BuildahOptions): Buildah {
  const buildah = async (args: readonly string[]): Promise<void> => {
    const [root, runRoot] = [join(storage, 'root'), join(storage, 'run')];
    for (const folder of [root, temporary]) mkdirSync(folder, { recursive: true });
    const entered = enter('buildah', ['--root', root, '--runroot', runRoot, ...args]);
    await run(entered.command, entered.args, { env: { BUILDAH_ISOLATION: 'chroot', TMPDIR: temporary } });
  };
  return {
    async build(spec) {
      const name = `localhost/${spec.name}:${contentDigest(spec)}`;
      const buildArgs = Object.entries(spec.buildArgs ?? {}).flatMap(([key, value]) => [
        '--build-arg',
        `${key}=${value}`,
      ]);
      const options = ['-q', '--timestamp', '0', '--tls-verify=false', ...buildArgs];
      await withBuildContext(spec, temporary, (context) => buildah(['bud', ...options, '-t', name, context]));
      return name;
    },
    async push(image, to) {
      const file = join(temporary, `digest-${process.pid}`);
      await buildah(['push', '-q', '--tls-verify=false', '--digestfile', file, image, to]);
      const digest = readFileSync(file, 'utf8').trim();
      rmSync(file);
      return digest;
    },
  };
}
