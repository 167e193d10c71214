/** Kubernetes may cut a longer warning, and drops what goes beyond the total (AdmissionReview, `response.warnings`). */
const longestWarning = 256;
const longestTotal = 4_096;

/**
 * What the API server warned of when it was shown the Job of a template, in terms of the JobSink. What it says of the
 * Job's own name is left out: the template has none.
 */
export function templateWarnings(texts: readonly string[]): string[] {
  return texts.filter((text) => !text.startsWith('metadata.name')).map(inJobSink);
}

function inJobSink(text: string): string {
  return /^(metadata|spec)\b\S*:/.test(text) ? `spec.job.${text}` : `spec.job: ${text}`;
}

/** The same within Kubernetes' bounds; a long one, as of Pod Security, goes on in the next. */
export function admissionWarnings(texts: readonly string[]): string[] {
  const pieces = texts.flatMap(split);
  const fitting: string[] = [];
  let total = 0;
  for (const piece of pieces) {
    total += piece.length;
    if (total > longestTotal) break;
    fitting.push(piece);
  }
  return fitting;
}

/** Breaks after a comma, else after a space, else anywhere. */
function split(text: string): string[] {
  if (text.length <= longestWarning) return [text];
  const room = text.slice(0, longestWarning - 2);
  const after = [', ', ' '].map((mark) => room.lastIndexOf(mark) + 1).find((at) => at > room.length / 2);
  const end = after ?? room.length;
  return [`${text.slice(0, end).trimEnd()} …`, ...split(`… ${text.slice(end).trimStart()}`)];
}
