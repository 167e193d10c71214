import { createHash } from 'node:crypto';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/** An image to build: a Containerfile and the files that it copies. */
export interface ImageSpec {
  /** Name without registry and tag, such as `event-sinks/controller`. */
  readonly name: string;
  /** A fixed tag for names that users write; otherwise the tag is a digest of the content. */
  readonly tag?: string;
  readonly containerfile: string;
  /** Path in the build context → path of the file or folder on this machine. */
  readonly files: Readonly<Record<string, string>>;
  readonly buildArgs?: Readonly<Record<string, string>>;
}

/** The tag under which the image is stored: given, or the first 16 digits of a digest over all that goes into it. */
export function tagOf(spec: ImageSpec): string {
  return spec.tag ?? contentDigest(spec);
}

/** A digest over everything that goes into the image: equal digests mean the image need not be built again. */
export function contentDigest(spec: ImageSpec): string {
  const hash = createHash('sha256')
    .update(spec.containerfile)
    .update(JSON.stringify(spec.buildArgs ?? {}));
  for (const [inside, path] of Object.entries(spec.files).sort()) hashTree(hash, inside, path);
  return hash.digest('hex').slice(0, 16);
}

function hashTree(hash: ReturnType<typeof createHash>, inside: string, path: string): void {
  hash.update(`\0${inside}\0`);
  if (!statSync(path).isDirectory()) {
    hash.update(readFileSync(path));
    return;
  }
  for (const entry of readdirSync(path).sort()) hashTree(hash, join(inside, entry), join(path, entry));
}

/** Lays out a build context in a temporary folder, hands it to `build`, and removes it. */
export async function withBuildContext<T>(
  spec: ImageSpec,
  parent: string,
  build: (dir: string) => Promise<T>,
): Promise<T> {
  mkdirSync(parent, { recursive: true });
  const context = mkdtempSync(join(parent, 'context-'));
  try {
    writeFileSync(join(context, 'Containerfile'), spec.containerfile);
    for (const [inside, path] of Object.entries(spec.files)) {
      mkdirSync(dirname(join(context, inside)), { recursive: true });
      cpSync(path, join(context, inside), { recursive: true, dereference: true });
    }
    return await build(context);
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
}
