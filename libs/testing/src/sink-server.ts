import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { eventually } from './eventually.ts';
import { recordingLogger, type LoggedLine, type RecordingLogger } from './recording-logger.ts';

type Environment = Readonly<Record<string, string>>;

/** What an app that takes events is asked by {@link startSinkServer}. */
export interface SinkApp {
  /** Resolves when events are taken. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Ports that are listened on, known after the start. */
  ports(): { readonly http: number; readonly metrics: number };
}

/** An app that takes events, in this process. */
export interface SinkServer {
  readonly url: string;
  readonly metricsUrl: string;
  /** Everything logged so far. */
  readonly lines: readonly LoggedLine[];
  stop(): Promise<void>;
}

/** Starts what `create` puts together, on free ports and without a drain delay unless `env` says otherwise. */
export async function startSinkServer(
  create: (settings: Environment, logger: RecordingLogger) => SinkApp,
  env: Environment,
): Promise<SinkServer> {
  const logger = recordingLogger();
  const app = create({ PORT: '0', METRICS_PORT: '0', DRAIN_DELAY: '0s', ...env }, logger);
  await app.start();
  const { http, metrics } = app.ports();
  return {
    url: `http://127.0.0.1:${http}`,
    metricsUrl: `http://127.0.0.1:${metrics}`,
    lines: logger.lines,
    stop: () => app.stop(),
  };
}

/** An app that takes events, in a process of its own, for what only a process can suffer. */
export interface SinkProcess {
  readonly url: string;
  /** Sends the signal and resolves with how the process ended. */
  end(signal: NodeJS.Signals): Promise<{ readonly code: number | null; readonly signal: string | null }>;
}

/**
 * Runs the app's `main.ts`, whose path is given, with no other environment than this, and resolves when it is ready.
 * @throws Error when it is not ready within 30 seconds, with its log if it has ended; the log is shown at no other time.
 */
export async function startSinkProcess(main: string, port: number, env: Environment): Promise<SinkProcess> {
  const settings = { PORT: String(port), METRICS_PORT: '0', LOG_LEVEL: 'warn', ...env };
  const child = spawn(process.execPath, [main], { env: settings, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (bytes: Buffer) => (output += bytes.toString()));
  const url = `http://127.0.0.1:${port}`;
  await eventually(
    async () => {
      if (child.exitCode !== null) throw new Error(`${main} did not start: ${output}`);
      const { status } = await fetch(`${url}/readyz`);
      if (status !== 200) throw new Error(`${main} is not ready: ${status}`);
    },
    { timeoutMs: 30_000 },
  );
  return { url, end: (signal) => endProcess(child, signal) };
}

async function endProcess(child: ChildProcess, signal: NodeJS.Signals) {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }
  return { code: child.exitCode, signal: child.signalCode };
}
