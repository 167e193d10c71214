import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import type { GeneratedFile } from './generators/generated-file.ts';

const prettierConfig = fileURLToPath(new URL('../../../prettier.config.mjs', import.meta.url));

/** The file as prettier wants it, so that a check of the format never contradicts a check for drift. */
export async function formatted(file: GeneratedFile): Promise<GeneratedFile> {
  const options = await resolveConfig(file.path, { config: prettierConfig });
  return { ...file, text: await format(file.text, { ...options, filepath: file.path }) };
}
