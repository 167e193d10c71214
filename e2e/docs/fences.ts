/** A fenced block of a Markdown page. */
export interface Fence {
  /** Line of the opening fence, from 1. */
  readonly line: number;
  /** First word after the fence: `sh`, `yaml`, or empty. */
  readonly language: string;
  /** The words after the language. */
  readonly flags: readonly string[];
  /** The content, without the indentation of the fence, and with its last line break. */
  readonly text: string;
}

const opening = /^( *)(`{3,}|~{3,})\s*([^`]*)$/;

/**
 * The fenced blocks of a page, in order.
 * @throws Error with the line of a fence that is never closed.
 */
export function fencesOf(markdown: string): Fence[] {
  const lines = markdown.split('\n');
  const fences: Fence[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const [, indent, fence, info] = opening.exec(lines[index] ?? '') ?? [];
    if (indent === undefined || fence === undefined) continue;
    const length = lines.slice(index + 1).findIndex((line) => line.trim() === fence);
    if (length === -1) throw new Error(`The block that begins in line ${index + 1} has no end.`);
    const [language = '', ...flags] = (info ?? '').trim().split(/\s+/);
    const content = lines.slice(index + 1, index + 1 + length);
    const text = content
      .map((line) => `${line.replace(new RegExp(`^ {0,${indent.length}}`), '')}\n`)
      .join('');
    fences.push({ line: index + 1, language, flags, text });
    index += length + 1;
  }
  return fences;
}
