import { expect } from '@jest/globals';
import { loadConfig, systemClock, type Clock } from '@event-sinks/runtime';
import { eventually, loopbackAddresses, recordingLogger, type LoggedLine } from '@event-sinks/testing';
import { createApp, type AppDependencies } from '../src/app.ts';
import { configSchema } from '../src/config.ts';

/** A controller in this process. */
export interface Controller {
  readonly lines: readonly LoggedLine[];
  readonly time: AdjustableTime;
  readyz(): Promise<number>;
  /** What the probe says besides. */
  readiness(): Promise<{ readonly ready: boolean; readonly warnings?: readonly string[] }>;
  /** The value of one series, 0 where there is none. */
  metric(series: string): Promise<number>;
  /** Passes over sinks of a kind that have ended, by how: `requeued`, `error` and so on; all of them without it. */
  passes(kind: 'jobsink' | 'kafkasink', outcome?: string): Promise<number>;
  /** Resolves after `count` more passes that found nothing wrong. */
  morePasses(kind: 'jobsink' | 'kafkasink', count: number): Promise<void>;
  stop(): Promise<void>;
}

/** The system's time, which a test may set forward. */
export interface AdjustableTime {
  readonly clock: Clock;
  /** What the wall clock shows. */
  jumpWall(ms: number): void;
  /** As after a pause of the process during which no timer ran. */
  jumpMonotonic(ms: number): void;
}

function adjustableTime(): AdjustableTime {
  let wall = 0;
  let monotonic = 0;
  const clock: Clock = {
    ...systemClock,
    now: () => systemClock.now() + wall,
    monotonic: () => systemClock.monotonic() + monotonic,
  };
  return { clock, jumpWall: (ms) => (wall += ms), jumpMonotonic: (ms) => (monotonic += ms) };
}

/** How soon a sink that is ready is looked at again. */
export const recheckReadyMs = 1_000;

/** Puts the whole app together as `main.ts` does, on a free port and with short times. */
export async function startController(
  kubeconfig: string,
  identity: string,
  env: Readonly<Record<string, string>> = {},
  parts: Pick<AppDependencies, 'brokers'> = {},
): Promise<Controller> {
  const settings = {
    ...{ METRICS_PORT: '0', KUBECONFIG: kubeconfig, LEASE_RETRY_PERIOD: '200ms' },
    ...{
      RECHECK_READY: `${recheckReadyMs}ms`,
      RECHECK_NOT_READY: '200ms',
      RECHECK_NOT_READY_MOST: '1s',
      KAFKA_TIMEOUT: '3s',
    },
    ...{ KAFKA_ALLOWED_ADDRESSES: loopbackAddresses.join() },
    ...env,
  };
  const logger = recordingLogger();
  const time = adjustableTime();
  const config = loadConfig(configSchema, settings);
  const app = createApp({ config, logger, identity, clock: time.clock, random: Math.random, ...parts });
  await app.start();
  const base = `http://127.0.0.1:${app.metricsPort()}`;
  const passes: Controller['passes'] = async (kind, outcome = '') => {
    const text = await (await fetch(`${base}/metrics`)).text();
    const series = text.split('\n').filter((line) => {
      const isCount = line.startsWith('event_sinks_reconcile_duration_seconds_count{');
      return isCount && line.includes(`loop="${kind}"`) && line.includes(`outcome="${outcome}`);
    });
    return series.reduce((sum, line) => sum + Number(line.split(' ').pop()), 0);
  };
  return {
    lines: logger.lines,
    time,
    readyz: async () => (await fetch(`${base}/readyz`)).status,
    readiness: async () =>
      (await (await fetch(`${base}/readyz`)).json()) as { ready: boolean; warnings?: string[] },
    metric: async (series) => {
      const text = await (await fetch(`${base}/metrics`)).text();
      const line = text.split('\n').find((each) => each.startsWith(`${series} `));
      return Number(line?.split(' ').pop() ?? 0);
    },
    passes,
    morePasses: async (kind, count) => {
      const before = await passes(kind, 'requeued');
      await eventually(async () => {
        expect(await passes(kind, 'requeued')).toBeGreaterThanOrEqual(before + count);
      });
    },
    stop: () => app.stop(),
  };
}
