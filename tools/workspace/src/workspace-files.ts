import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { formatted } from './format.ts';
import type { GeneratedFile, Generator } from './generators/generated-file.ts';

/** What the generators produce now, formatted. */
export async function generatedFiles(generators: readonly Generator[]): Promise<readonly GeneratedFile[]> {
  return Promise.all(generators.flatMap((generate) => generate()).map(formatted));
}

/** The files below `root` that are missing or say something else than they should. */
export async function differing(
  root: string,
  files: readonly GeneratedFile[],
): Promise<readonly GeneratedFile[]> {
  const present = await Promise.all(files.map(({ path }) => readIfPresent(join(root, path))));
  return files.filter(({ text }, index) => present[index] !== text);
}

/** Writes the files below `root`, with the folders they need. */
export async function writeFiles(root: string, files: readonly GeneratedFile[]): Promise<void> {
  for (const { path, text } of files) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** By its code: errors of Node are no instance of the Error that a jest test sees. */
function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
}
