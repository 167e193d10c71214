import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { loadConfig, systemClock } from '@event-sinks/runtime';
import {
  sampleEvent,
  startSinkProcess,
  startSinkServer,
  type SinkProcess,
  type SinkServer,
} from '@event-sinks/testing';
import { createApp } from '../src/app.ts';
import { configSchema } from '../src/config.ts';

type Environment = Readonly<Record<string, string>>;

/** Puts the whole dispatcher together as `main.ts` does, in this process and on free ports. */
export function startDispatcher(kubeconfig: string, env: Environment = {}): Promise<SinkServer> {
  return startSinkServer(
    (settings, logger) => {
      const config = loadConfig(configSchema, settings);
      return createApp({ config, logger, clock: systemClock, random: Math.random, randomBytes });
    },
    { KUBECONFIG: kubeconfig, ...env },
  );
}

/** Starts a dispatcher in a process of its own; resolves when it is ready. */
export function startDispatcherProcess(port: number, env: Environment): Promise<SinkProcess> {
  return startSinkProcess(fileURLToPath(new URL('../src/main.ts', import.meta.url)), port, env);
}

/** The event of the user guide's curl command. */
export const { eventHeaders, post } = sampleEvent(
  { 'ce-source': 'my/curl/command', 'ce-type': 'my.demo.event', 'ce-id': '123' },
  '{"details":"JobSinkDemo"}',
);
