/*
 * Calls hostile brokers until it is told to stop, while a producer to an honest one works beside. Started by
 * hostile-broker.int.test.ts, since what ends a process or blocks its event loop can only be seen in a process of its own.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createProducer } from '../src/index.ts';
import { Caller, connectionTo, sendOne, type CallTally, type LoginMode } from './hostile-calls.ts';
import { watchProcess, type ProcessUse } from './hostile-watch.ts';
import { quietLogger } from './quiet-logger.ts';

/** What the victim is told. */
export type VictimOrder =
  | {
      readonly do: 'start';
      readonly servers: readonly { readonly port: number; readonly mode: LoginMode }[];
      readonly honestPort: number;
      readonly concurrency: number;
    }
  | { readonly do: 'measure' }
  | { readonly do: 'stop' };

/** What the victim tells in the end. */
export interface VictimReport extends CallTally, ProcessUse {
  readonly started: number;
  readonly settled: number;
  /** Connections that are open a second after everything was settled and closed. */
  readonly openSockets: number;
  readonly healthy: { readonly sent: number; readonly acknowledged: number; readonly failures: string[] };
}

const watch = watchProcess();
const tally: CallTally = { outcomes: {}, problems: [] };
const healthy = { sent: 0, acknowledged: 0, failures: new Array<string>() };
let [started, done, isStopped] = [0, 0, false];
const working: Promise<void>[] = [];

process.on('message', (order: VictimOrder) => {
  if (order.do === 'measure') watch.begin();
  else if (order.do === 'start') start(order);
  else void stop();
});

function start({ servers, honestPort, concurrency }: Extract<VictimOrder, { do: 'start' }>): void {
  for (let worker = 0; worker < concurrency; worker += 1) {
    const server = servers[worker % servers.length];
    if (server !== undefined) working.push(attack(connectionTo(server.port, server.mode), worker));
  }
  working.push(keepSending(honestPort));
}

async function attack(connection: ReturnType<typeof connectionTo>, first: number): Promise<void> {
  const caller = new Caller(connection, tally);
  for (let turn = first; !isStopped; turn += 1) {
    started += 1;
    await caller.call(turn);
    done += 1;
  }
  await caller.close();
}

async function keepSending(port: number): Promise<void> {
  const producer = createProducer({ connection: connectionTo(port), logger: quietLogger });
  while (!isStopped) {
    healthy.sent += 1;
    await sendOne(producer, healthy.sent % 2 === 0 ? 'key' : null).then(
      () => (healthy.acknowledged += 1),
      (error: unknown) => healthy.failures.push(String(error)),
    );
    await sleep(20);
  }
  await producer.close();
}

async function stop(): Promise<void> {
  isStopped = true;
  await Promise.race([Promise.all(working), sleep(15_000, undefined, { ref: false })]);
  const use = watch.end();
  await sleep(1_000);
  const openSockets = process.getActiveResourcesInfo().filter((each) => each === 'TCPSocketWrap').length;
  const { outcomes } = tally;
  const problems = [...new Set(tally.problems)].slice(0, 10);
  const report: VictimReport = { outcomes, problems, healthy, started, settled: done, openSockets, ...use };
  process.send?.(report, () => {
    process.disconnect();
  });
}
