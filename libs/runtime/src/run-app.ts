import type { z } from 'zod';
import { loadConfig, type Environment } from './config.ts';
import { createLogger, type Logger, type LogLevel } from './logger.ts';
import { runProcess } from './run-process.ts';

/** A program as {@link runApp} starts and stops it. */
export interface RunnableApp {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** What {@link runApp} takes. */
export interface RunAppOptions<S extends z.ZodObject> {
  /** Name of the app, in every log line. */
  readonly name: string;
  readonly schema: S;
  readonly env: Environment;
  /** Puts the app together; what it throws ends the process with code 1 and one log line. */
  readonly create: (parts: { readonly config: Readonly<z.infer<S>>; readonly logger: Logger }) => RunnableApp;
  /** Milliseconds that stopping may take. */
  readonly graceMs: (config: Readonly<z.infer<S>>) => number;
}

/** The whole life of a process: environment → config → app → signals → exit code. */
export async function runApp<S extends z.ZodObject>(options: RunAppOptions<S>): Promise<void> {
  const { name, env } = options;
  try {
    const config = loadConfig(options.schema, env);
    const logger = createLogger({ name, level: logLevelOf(config) });
    const app = options.create({ config, logger });
    await runProcess({
      start: () => app.start(),
      stop: () => app.stop(),
      logger,
      graceMs: options.graceMs(config),
    });
  } catch (error) {
    createLogger({ name, level: 'info' }).error('The process cannot start', { error });
    process.exitCode = 1;
  }
}

function logLevelOf(config: Readonly<Record<string, unknown>>): LogLevel {
  return (config['LOG_LEVEL'] as LogLevel | undefined) ?? 'info';
}
