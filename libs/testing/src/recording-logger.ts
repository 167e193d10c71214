/** One line that was logged. */
export interface LoggedLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** What {@link recordingLogger} makes: whatever takes a logger takes it too. */
export interface RecordingLogger {
  /** Everything logged so far, by its children too. */
  readonly lines: LoggedLine[];
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
  child(fields: Record<string, unknown>): RecordingLogger;
}

/** A logger that keeps its lines for the test to look at and prints nothing. */
export function recordingLogger(
  lines: LoggedLine[] = [],
  bound: Record<string, unknown> = {},
): RecordingLogger {
  const at =
    (level: LoggedLine['level']) =>
    (message: string, fields: Record<string, unknown> = {}): void => {
      lines.push({ level, message, fields: { ...bound, ...fields } });
    };
  return {
    lines,
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => recordingLogger(lines, { ...bound, ...fields }),
  };
}
