import type { Problem } from './problem.ts';
import { variablesInFront } from '@event-sinks/job-plan';
import { badQuantities } from './quantities.ts';
import { isFields, podSpecOf, type Fields } from './template-fields.ts';

/** What the API server said to a Job that it would not take. */
export interface Refusal {
  /** Its own words. */
  readonly text: string;
  /** One for each field, where it named fields. */
  readonly causes: readonly { readonly field?: string; readonly message?: string }[];
}

/** Turns what was said of the Job into what is to be mended in the JobSink. */
export function refusalProblems(refusal: Refusal, job: Fields): Problem[] {
  const named = refusal.causes.flatMap(({ field, message }) =>
    field !== undefined && message !== undefined ? [{ field: inJobSink(field, job), message }] : [],
  );
  if (named.length > 0) return firstOfEach(named);
  for (const read of [unknownFields, wrongType, wrongQuantity]) {
    const problems = read(refusal.text, job);
    if (problems.length > 0) return problems;
  }
  return [{ field: 'spec.job', message: refusal.text }];
}

/** Some fields are judged twice, by old and by new rules, in other words for the same mistake. */
function firstOfEach(problems: readonly Problem[]): Problem[] {
  return problems.filter(({ field }, index) => problems.findIndex((each) => each.field === field) === index);
}

function inJobSink(field: string, job: Fields): string {
  if (field === '' || field === '<nil>') return 'spec.job';
  return `spec.job.${inTemplate(field, job)}`;
}

/** Ours stand in front of the container's own variables, which therefore have other numbers in the Job. */
function inTemplate(field: string, job: Fields): string {
  const found = variable.exec(field)?.groups;
  if (found === undefined) return field;
  const { before = '', kind = '', at = '', index = '', rest = '' } = found;
  const containers = podSpecOf(job)[kind];
  const container: unknown = Array.isArray(containers) ? containers[Number(at)] : undefined;
  const added = isFields(container) ? variablesInFront(container) : 0;
  return `${before}${Number(index) - added}${rest}`;
}

const variable =
  /^(?<before>spec\.template\.spec\.(?<kind>containers|initContainers)\[(?<at>\d+)\]\.env\[)(?<index>\d+)(?<rest>.*)$/s;

/** `strict decoding error: unknown field "spec.template.spec.contaners"` and so on. */
function unknownFields(text: string, job: Fields): Problem[] {
  return [...text.matchAll(/unknown field "([^"]+)"/g)].map(([, field = '']) => ({
    field: inJobSink(field, job),
    message: 'is no field of batch/v1 Job; check its spelling and where it stands, or remove it',
  }));
}

/** `json: cannot unmarshal string into Go struct field JobSpec.spec.completions of type int32`. */
function wrongType(text: string, job: Fields): Problem[] {
  const found = /cannot unmarshal (.+?) into Go struct field \w+\.(\S+) of type (\S+)/.exec(text);
  if (found === null) return [];
  const [, given = '', field = '', type = ''] = found;
  return [{ field: inJobSink(field, job), message: `must be ${wanted(type)}, not ${asGiven(given)}` }];
}

function wanted(goType: string): string {
  if (/^\*?u?int\d*$/.test(goType)) return 'a whole number';
  if (goType.endsWith('string') && !goType.includes('[')) return 'a string; put it in quotes';
  if (namedStrings.test(goType)) return 'a string, one of the names that the field knows';
  if (goType.endsWith('bool')) return 'true or false';
  if (goType.startsWith('[]')) return 'a list';
  return goType.startsWith('map[') ? 'a map of names to values' : 'an object';
}

/** Types of `k8s.io/api` core/v1 and batch/v1 that are strings under another name. */
const namedStrings = new RegExp(
  '\\.(CompletionMode|PodReplacementPolicy|PullPolicy|RestartPolicy|ContainerRestartPolicy|DNSPolicy|URIScheme|' +
    'Protocol|PreemptionPolicy|TerminationMessagePolicy|MountPropagationMode|TolerationOperator|TaintEffect|' +
    'UnsatisfiableConstraintAction|NodeInclusionPolicy|PodFSGroupChangePolicy|StorageMedium|HostPathType|OSName|' +
    'PodFailurePolicyAction|PodFailurePolicyOnExitCodesOperator|SeccompProfileType|ConditionStatus)$',
);

/** JSON's names for what came, in words. */
function asGiven(json: string): string {
  const words: Readonly<Record<string, string>> = {
    array: 'a list',
    object: 'an object',
    string: 'a string',
    bool: 'true or false',
    number: 'a number',
  };
  return words[json] ?? json.replace(/^number /, '');
}

/** A quantity that cannot be read is refused without its field, so we look for it. */
function wrongQuantity(text: string, job: Fields): Problem[] {
  if (!text.includes('quantit')) return [];
  return badQuantities(job, 'spec.job').map(({ field, value }) => ({
    field,
    message: `${JSON.stringify(value)} is no quantity; write a number with a suffix such as 500m, 64Mi or 2Gi`,
  }));
}
