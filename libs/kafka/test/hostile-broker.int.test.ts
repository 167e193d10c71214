import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { startHostileServer, type HostileServer } from './hostile-server.ts';
import type { VictimOrder, VictimReport } from './hostile-victim.ts';

const program = fileURLToPath(new URL('./hostile-victim.ts', import.meta.url));

/** A run ends with so many answers, or when its time is up. */
const wanted = Number(process.env['HOSTILE_ANSWERS'] ?? 0);
const isLong = wanted > 0;
const runMs = isLong ? 30 * 60_000 : 40_000;
const seed = Number(process.env['HOSTILE_SEED'] ?? Date.now() % 1_000_000);
const concurrency = Number(process.env['HOSTILE_CONCURRENCY'] ?? 96);

/** As in a small container: garbage is not left lying until memory is short, and a leak ends the process. */
const execArgv = [
  '--disable-warning=ExperimentalWarning',
  '--max-old-space-size=96',
  '--max-semi-space-size=4',
];

/** By then every kind of answer was read, and everything is compiled. */
const warmUpAnswers = 1_500;
const maxGrowthMiB = 64;
const maxTurnMs = 100;

const modes = [
  { mode: 'none', honest: 3 },
  { mode: 'PLAIN', honest: 5 },
  { mode: 'SCRAM-SHA-256', honest: 6 },
] as const;

test(
  'hostile answers end no process, keep no call waiting, take no memory and do not disturb a healthy producer',
  async () => {
    const child = fork(program, { execArgv });
    const send = (order: VictimOrder): void => void child.send(order);
    const total = Promise.withResolvers<undefined>();
    const warm = Promise.withResolvers<undefined>();
    let answers = 0;
    const onHostile = (): void => {
      answers += 1;
      if (answers === warmUpAnswers) warm.resolve(undefined);
      if (isLong && answers >= wanted) total.resolve(undefined);
    };
    const servers = await Promise.all(
      modes.map(({ honest }, index) => startHostileServer({ seed: seed + index, honest, onHostile })),
    );
    const honest = await startHostileServer({ seed, honest: Infinity });
    try {
      const targets = modes.map(({ mode }, index) => ({ mode, port: servers[index]?.port ?? 0 }));
      send({ do: 'start', servers: targets, honestPort: honest.port, concurrency });
      await inTime(child, warm.promise, 60_000);
      send({ do: 'measure' });
      await inTime(child, total.promise, runMs);
      send({ do: 'stop' });
      const [report] = (await inTime(child, once(child, 'message'), 30_000)) as [VictimReport];
      tell(report, answers, servers);
      check(report, servers);
      // Nothing of what was closed keeps the process.
      expect(await Promise.race([once(child, 'exit'), sleep(5_000, 'still there')])).toEqual([0, null]);
    } finally {
      child.kill('SIGKILL');
      for (const server of [...servers, honest]) server.close();
    }
  },
  runMs + 110_000,
);

function check(report: VictimReport, servers: readonly HostileServer[]): void {
  const { problems, healthy, started, settled, openSockets, growthMiB, longestTurnMs } = report;
  // The seed is part of what is compared so that a failure tells it.
  expect({ seed, problems, unsettled: started - settled, openSockets, failures: healthy.failures }).toEqual({
    ...{ seed, problems: [], unsettled: 0, openSockets: 0, failures: [] },
  });
  expect(healthy.acknowledged).toBe(healthy.sent);
  expect({ seed, isWithin: growthMiB <= maxGrowthMiB, growthMiB }).toMatchObject({ seed, isWithin: true });
  // Processor time, since other processes on the machine also delay the event loop.
  expect({ seed, isWithin: longestTurnMs <= maxTurnMs, longestTurnMs }).toMatchObject({
    seed,
    isWithin: true,
  });
  const stages = Object.keys(sumOf(servers));
  for (const stage of expectedStages) expect(stages).toContain(stage);
}

const expectedStages = [
  ...['SaslHandshake', 'SaslAuthenticate', 'Metadata v4', 'Metadata v10', 'InitProducerId'],
  ...['Produce', 'CreateTopics', 'DeleteTopics'],
];

/** Waits for so long at most. @throws Error when the victim ends meanwhile. */
async function inTime<T>(child: ChildProcess, event: Promise<T>, ms: number): Promise<T | undefined> {
  const waiting = new AbortController();
  const { signal } = waiting;
  const ended = once(child, 'exit', { signal }).then(([code, by]: unknown[]) => {
    throw new Error(`the victim ended with ${String(code)} by ${String(by)}; seed ${seed}`);
  });
  const timer = Promise.withResolvers<undefined>();
  const timeout = setTimeout(timer.resolve, ms, undefined);
  try {
    return await Promise.race([event, ended, timer.promise]);
  } finally {
    clearTimeout(timeout);
    ended.catch(() => undefined);
    waiting.abort();
  }
}

function sumOf(servers: readonly HostileServer[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const { answers } of servers) for (const [key, count] of answers) sum[key] = (sum[key] ?? 0) + count;
  return sum;
}

function tell(report: VictimReport, answers: number, servers: readonly HostileServer[]): void {
  process.stdout.write(`${JSON.stringify({ seed, answers, ...report, by: sumOf(servers) }, null, 1)}\n`);
}
