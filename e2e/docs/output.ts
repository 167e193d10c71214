/**
 * Output with what differs from run to run replaced: names that come from a uid, with what Secrets and pods add to them;
 * durations; and the width of columns, which follows from both.
 */
export function steady(text: string): string[] {
  const lines = text
    .replace(/\b[a-z2-7]{26}(?:-[a-z2-7]{16})?(?:-[a-z0-9]{5})?\b/g, '<digest>')
    .replace(/(?<=^|\s)(?:\d+[dhms])+(?=\s|$)/gm, '<time>')
    .split('\n')
    .map((line) => line.replace(/ +/g, ' ').trim());
  while (lines.at(-1) === '') lines.pop();
  return lines;
}

/** Whether what a page shows is in the output, as lines that follow each other; a line `…` is any number of lines. */
export function isShown(shown: string, output: string): boolean {
  const parts = splitAt(steady(shown), '…');
  const printed = steady(output);
  let from = 0;
  for (const part of parts) {
    const at = indexOfLines(printed, part, from);
    if (at === -1) return false;
    from = at + part.length;
  }
  return true;
}

function splitAt(lines: readonly string[], separator: string): string[][] {
  const parts: string[][] = [[]];
  for (const line of lines) {
    if (line === separator) parts.push([]);
    else parts.at(-1)?.push(line);
  }
  return parts;
}

function indexOfLines(lines: readonly string[], part: readonly string[], from: number): number {
  for (let at = from; at + part.length <= lines.length; at += 1)
    if (part.every((line, index) => lines[at + index] === line)) return at;
  return -1;
}
