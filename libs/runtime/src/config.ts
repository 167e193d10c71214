import type { z } from 'zod';

/** The environment as it is handed in; `process.env` has this shape. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** One variable that cannot be used. */
export interface ConfigProblem {
  readonly name: string;
  /** What was found, quoted and cut; never the value of a variable that may hold a secret. */
  readonly given: string;
  readonly expected: string;
}

/** The environment is not usable; carries every problem, not only the first. */
export class ConfigError extends Error {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map(({ name, given, expected }) => `${name}: expected ${expected}, got ${given}`);
    super(['The configuration is not usable.', ...lines].join('\n  '));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

const secretName = /PASSWORD|SECRET|TOKEN|KEY/i;
const maxShown = 64;

/**
 * Reads the variables named by the schema's keys and nothing else.
 *
 * @throws {ConfigError} when any of them is missing or wrong, or when they contradict each other.
 */
export function loadConfig<S extends z.ZodObject>(schema: S, env: Environment): Readonly<z.infer<S>> {
  const input = Object.fromEntries(Object.keys(schema.shape).map((name) => [name, env[name]]));
  const result = schema.safeParse(input);
  if (!result.success) throw new ConfigError(result.error.issues.map((issue) => describe(issue, env)));
  return Object.freeze(result.data);
}

function describe(issue: z.core.$ZodIssue, env: Environment): ConfigProblem {
  const name = issue.path[0]?.toString();
  if (name === undefined) return { name: 'configuration', given: 'a contradiction', expected: issue.message };
  return { name, given: show(name, env[name]), expected: issue.message };
}

function show(name: string, value: string | undefined): string {
  if (value === undefined) return 'nothing';
  if (secretName.test(name)) return 'a value that is not shown';
  return JSON.stringify(value.length <= maxShown ? value : `${value.slice(0, maxShown)}…`);
}
