import { pino } from 'pino';
import { tidyFields, type LogFields } from './log-fields.ts';

/** How serious a line has to be to be written. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Every level, least serious first; for `envEnum`. */
export const logLevels = ['debug', 'info', 'warn', 'error'] as const satisfies readonly LogLevel[];

/**
 * Writes one JSON object a line. The message is a constant that can be searched for; whatever varies goes into
 * `fields`. Never hand in payloads or credentials: fields are cut, not redacted.
 */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger whose every line also carries `fields`. */
  child(fields: LogFields): Logger;
}

/** Where lines go: anything with a `write`, standard output by default. */
export interface LogDestination {
  write(line: string): void;
}

/** What {@link createLogger} takes. */
export interface LoggerOptions {
  /** Value of the key `logger`, the component's name. */
  readonly name: string;
  readonly level: LogLevel;
  readonly destination?: LogDestination;
}

/** Makes the process's root logger. */
export function createLogger(options: LoggerOptions): Logger {
  const settings: pino.LoggerOptions = {
    base: { logger: options.name },
    level: options.level,
    messageKey: 'message',
    timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ level: label }) },
  };
  const sink = options.destination === undefined ? pino(settings) : pino(settings, options.destination);
  return wrap(sink, {});
}

function wrap(sink: pino.Logger, bound: LogFields): Logger {
  const write = (level: LogLevel, message: string, fields: LogFields | undefined): void => {
    if (!sink.isLevelEnabled(level)) return;
    sink[level](fields === undefined ? bound : { ...bound, ...rename(tidyFields(fields)) }, message);
  };
  return {
    debug: (message, fields) => {
      write('debug', message, fields);
    },
    info: (message, fields) => {
      write('info', message, fields);
    },
    warn: (message, fields) => {
      write('warn', message, fields);
    },
    error: (message, fields) => {
      write('error', message, fields);
    },
    // Merged here and not by pino's own child(), which writes a repeated key twice into one line.
    child: (fields) => wrap(sink, { ...bound, ...rename(tidyFields(fields)) }),
  };
}

const ownKeys = new Set(['timestamp', 'level', 'logger', 'message']);

/** A field must not forge or repeat a key of the line itself. */
function rename(fields: LogFields): LogFields {
  for (const key of ownKeys) {
    if (!(key in fields)) continue;
    fields[`${key}_`] = fields[key];
    Reflect.deleteProperty(fields, key);
  }
  return fields;
}
