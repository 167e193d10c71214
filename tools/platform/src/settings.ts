import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const schema = z.object({
  EVENT_SINKS_DRIVER: z.enum(['kind', 'local']).optional(),
  EVENT_SINKS_INSTANCE: z.coerce.number().int().min(0).max(9).default(0),
  EVENT_SINKS_CACHE: z.string().min(1).optional(),
  EVENT_SINKS_STATE: z.string().min(1).default('/var/lib/event-sinks'),
  XDG_CACHE_HOME: z.string().min(1).optional(),
});

/** What the platform reads from its environment, once. */
export interface Settings {
  /** Chosen by name; otherwise the first driver that can run here. */
  readonly driver: 'kind' | 'local' | undefined;
  /** Several clusters may run side by side on one machine; 0 is the one of `npm start`. */
  readonly instance: number;
  /** Built binaries, jars and image layers, kept between clusters and checkouts. */
  readonly cacheDir: string;
  /** State of running clusters, one folder per instance, gone after `npm run stop`. */
  readonly stateDir: string;
  readonly checkout: string;
  /** `.local` in the checkout: kubeconfig, broker address and links to the tools. */
  readonly localDir: string;
}

/** @throws Error naming each variable that cannot be understood. */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new Error(`These environment variables cannot be used:\n  ${problems.join('\n  ')}`);
  }
  const values = parsed.data;
  const checkout = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');
  return {
    driver: values.EVENT_SINKS_DRIVER,
    instance: values.EVENT_SINKS_INSTANCE,
    cacheDir:
      values.EVENT_SINKS_CACHE ?? join(values.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'event-sinks'),
    stateDir: values.EVENT_SINKS_STATE,
    checkout,
    localDir:
      values.EVENT_SINKS_INSTANCE === 0
        ? join(checkout, '.local')
        : join(checkout, '.local', `instance-${values.EVENT_SINKS_INSTANCE}`),
  };
}
