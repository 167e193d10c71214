/** One thing that is wrong with a JobSink: where, and what to do about it. */
export interface Problem {
  /** Path in the JobSink, such as `spec.job.spec.template`. */
  readonly field: string;
  readonly message: string;
}

/** Most of what one problem may say; the rest of an API server's long list helps nobody. */
const longestMessage = 512;

/** Most problems that are told at once. */
const mostProblems = 10;

/** The problems as one text. */
export function problemText(problems: readonly Problem[]): string {
  const told = problems.slice(0, mostProblems).map(({ field, message }) => `${field}: ${message}`);
  const rest = problems.length - told.length;
  return [...told, ...(rest > 0 ? [`and ${rest} more`] : [])].join('; ');
}

/** The same problems within the bounds of an answer. */
export function boundedProblems(problems: readonly Problem[]): Problem[] {
  return problems
    .slice(0, mostProblems)
    .map(({ field, message }) => ({ field, message: cut(message, longestMessage) }));
}

/** Cuts a text to so many characters and shows that something is missing. */
export function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
