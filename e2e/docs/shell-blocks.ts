import { fencesOf, type Fence } from './fences.ts';

/** A block of shell commands, and what a page promises about it. */
export interface ShellBlock {
  readonly line: number;
  readonly commands: string;
  /**
   * `run`: pasted whole into a shell, on the cluster of `npm start`.
   * `marked`: not for pasting as it is; the page says why.
   * `npm`: brings up, tests or removes the cluster itself, which the test run does anyway.
   */
  readonly kind: 'run' | 'marked' | 'npm';
  /** What the page shows as its output: the `text` block that comes next, before any other block or heading. */
  readonly output: string | undefined;
}

/** The flag of a block that is not for pasting as it is. */
export const mark = 'norun';

/** The shell blocks of a page, in order. */
export function shellBlocksOf(markdown: string): ShellBlock[] {
  const lines = markdown.split('\n');
  const fences = fencesOf(markdown);
  return fences.flatMap((fence, index) => {
    if (fence.language !== 'sh') return [];
    const next = fences[index + 1];
    const between = lines.slice(endOf(fence), (next?.line ?? 1) - 1);
    const isOutput = next?.language === 'text' && !between.some((line) => /^#{1,6} /.test(line));
    const output = isOutput ? next.text : undefined;
    return [{ line: fence.line, commands: fence.text, kind: kindOf(fence), output }];
  });
}

/** Line of the closing fence, from 1. */
const endOf = ({ line, text }: Fence): number => line + text.split('\n').length;

function kindOf({ flags, text }: Fence): ShellBlock['kind'] {
  if (flags.includes(mark)) return 'marked';
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  return lines.every((line) => npmLine.test(line)) ? 'npm' : 'run';
}

const npmLine = /^(?:[A-Z_]+=\S+ )*npm (?:start|stop|test|run (?:start|stop|test|check))\b/;

/** What is wrong with a block, as sentences; none for a block that is as the convention says. */
export function problemsOf({ commands, kind }: ShellBlock): string[] {
  const problems: string[] = [];
  const [first = ''] = commands.split('\n');
  if (kind === 'marked' && !/^# (?:\S+ ){2,}\S+/.test(first))
    problems.push(`A block marked ${mark} begins with a comment that says why.`);
  if (kind !== 'run') return problems;
  if (/<[a-z][a-z -]*>|example\.(?:com|org)|replace "me"/.test(commands))
    problems.push(`A block with a placeholder is not for pasting: mark it ${mark} and say what to replace.`);
  if (readsWhatFollows(commands))
    problems.push('kubectl run -ti reads the lines after it: make it the last command of its block.');
  if (/kubectl[^\n]* port-forward(?![^\n]*>\/dev\/null &)/.test(commands))
    problems.push('A port-forward goes to the background without output: >/dev/null &');
  return problems;
}

/** Whether a command that attaches standard input to a pod comes before another one. */
function readsWhatFollows(commands: string): boolean {
  const lines = commands.replace(/\\\n/g, ' ').trim().split('\n');
  return lines.slice(0, -1).some((line) => /^kubectl .*\b(?:run|exec|attach) .*\s-(?:ti|it|i)\s/.test(line));
}

/** The blocks of a text for terminals, in which commands stand on indented lines. */
export function indentedBlocksOf(text: string): ShellBlock[] {
  const paragraphs = text.split(/\n(?:[ \t]*\n)+/).filter((paragraph) => paragraph.startsWith('  '));
  return paragraphs.map((paragraph) => ({
    line: text.slice(0, text.indexOf(paragraph)).split('\n').length,
    commands: `${paragraph.replace(/^ {2}/gm, '')}\n`,
    kind: 'run',
    output: undefined,
  }));
}
