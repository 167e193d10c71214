import { fileURLToPath } from 'node:url';
import { loadConfig, systemClock } from '@event-sinks/runtime';
import {
  loopbackAddresses,
  sampleEvent,
  startSinkProcess,
  startSinkServer,
  type SinkProcess,
  type SinkServer,
} from '@event-sinks/testing';
import { createApp } from '../src/app.ts';
import { configSchema } from '../src/config.ts';

type Environment = Readonly<Record<string, string>>;

/** Puts the whole producer together as `main.ts` does, in this process and on free ports. */
export function startProducer(kubeconfig: string, env: Environment = {}): Promise<SinkServer> {
  return startSinkServer(
    (settings, logger) => {
      const config = loadConfig(configSchema, settings);
      return createApp({ config, logger, clock: systemClock, random: Math.random });
    },
    { KUBECONFIG: kubeconfig, KAFKA_ALLOWED_ADDRESSES: loopbackAddresses.join(), ...env },
  );
}

/** Starts a producer in a process of its own; resolves when it is ready. */
export function startProducerProcess(port: number, env: Environment): Promise<SinkProcess> {
  return startSinkProcess(fileURLToPath(new URL('../src/main.ts', import.meta.url)), port, {
    KAFKA_ALLOWED_ADDRESSES: loopbackAddresses.join(),
    ...env,
  });
}

/** A small event with a number that JavaScript cannot hold. */
export const { eventHeaders, post } = sampleEvent(
  { 'ce-source': '/shop/till', 'ce-type': 'order.placed', 'ce-id': '1' },
  '{"total":12345678901234567890}',
);
