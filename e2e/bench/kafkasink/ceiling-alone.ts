import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { KafkaDriver } from '@event-sinks/kafka';
import type { Measured, Target } from './ceiling.ts';
import type { LoneSends } from './lone-send.ts';

const records = 4_000;
const program = fileURLToPath(new URL('./lone-send.ts', import.meta.url));

/** A driver by itself in a process of its own: what one event at a time would take without HTTP and without a batcher. */
export async function ceilingAlone(target: Target & { readonly driver: KafkaDriver }): Promise<Measured> {
  const child = fork(program, { execArgv: ['--disable-warning=ExperimentalWarning'] });
  try {
    const sends: LoneSends = { ...target, records };
    child.send(sends);
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`the sends ended with ${String(code)}`);
    });
    ended.catch(() => undefined);
    const [measured] = (await Promise.race([once(child, 'message'), ended])) as [Measured];
    return measured;
  } finally {
    child.kill();
  }
}
