import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { run, waitUntil } from '../shell.ts';
import { brokerCommand, formatCommand, propertiesFile, serverProperties } from './command.ts';
import type { BrokerSettings, Command } from './command.ts';
import { brokerAnswers } from './probe.ts';
import { spawnChild, type RunningProcess } from './spawn-child.ts';

/** What {@link startBroker} takes. */
export interface StartBrokerOptions extends BrokerSettings {
  /** Where the broker's own log goes; appended to. */
  readonly logFile: string;
  /** 60 s by default. */
  readonly startTimeoutMs?: number;
  /** Starts and keeps the process; by default it is a child that ends with this process. */
  readonly spawn?: (command: Command, logFile: string) => RunningProcess;
}

/** A broker that answers. */
export interface Broker {
  /** `host:port` for clients. */
  readonly bootstrap: string;
  readonly pid: number;
  /** Ends the broker (SIGTERM, SIGKILL after 15 s) and returns when it is gone; its data stay. */
  stop(): Promise<void>;
}

/**
 * Writes the configuration, formats the storage, starts the broker and waits until it serves.
 * @throws Error that names a taken port, or carries the end of the broker's log.
 */
export async function startBroker(options: StartBrokerOptions): Promise<Broker> {
  const { host, port, controllerPort, logFile, startTimeoutMs = 60_000 } = options;
  // A spawn that is given may start the broker in a network namespace, whose ports are not the ones seen here.
  if (options.spawn === undefined) {
    await assertPortFree(host, port, 'Kafka clients');
    await assertPortFree(host, controllerPort, 'the Kafka controller');
  }
  await prepareStorage(options);
  mkdirSync(dirname(logFile), { recursive: true });
  const process = (options.spawn ?? spawnChild)(brokerCommand(options), logFile);
  try {
    await waitUntil(
      `the Kafka broker on ${host}:${port}`,
      async () => process.hasEnded() || (await brokerAnswers(host, port)),
      { timeoutMs: startTimeoutMs },
    );
    if (process.hasEnded()) throw new Error(`the Kafka broker on ${host}:${port} ended at once`);
  } catch (cause) {
    await process.stop(0);
    throw new Error(`Kafka did not start. The end of ${logFile}:\n${tail(logFile)}`, { cause });
  }
  return { bootstrap: `${host}:${port}`, pid: process.pid, stop: () => process.stop(15_000) };
}

/** Writes `server.properties` and formats the storage of a broker that is new; an older one keeps its data. */
export async function prepareStorage(settings: BrokerSettings): Promise<void> {
  mkdirSync(settings.dataDir, { recursive: true });
  writeFileSync(propertiesFile(settings), serverProperties(settings));
  const { command, args, env } = formatCommand(settings);
  await run(command, args, { env });
}

/** @throws Error that says which port is taken and what it was meant for. */
export async function assertPortFree(host: string, port: number, purpose: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const server = createServer();
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const what =
        cause.code === 'EADDRINUSE' ? 'is taken' : `cannot be used (${cause.code ?? cause.message})`;
      reject(
        new Error(`Port ${port} on ${host}, wanted for ${purpose}, ${what}; free it or choose another.`, {
          cause,
        }),
      );
    });
    server.listen({ host, port, exclusive: true }, () => {
      server.close(() => {
        resolve();
      });
    });
  });
}

function tail(file: string, lines = 15): string {
  if (!existsSync(file)) return '(no log)';
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
}
