import { expect, test } from '@jest/globals';
import { ModelRun } from '../../test/model-run.ts';
import { seededRandom } from '../../test/model-random.ts';

const totalSteps = Number(process.env['MODEL_STEPS'] ?? 1_000_000);

/** Repeats one run alone. */
const onlySeed = process.env['MODEL_SEED'];

const traceLines = 60;

async function runSeed(seed: number, trace?: string[]): Promise<number> {
  const steps = 50 + seededRandom(seed + 1_000_000_007).below(600);
  return new ModelRun(seed, trace).run(steps);
}

/** Runs the seed again with a trace, which the failure shows. */
async function explain(seed: number, cause: unknown): Promise<never> {
  const trace: string[] = [];
  await runSeed(seed, trace).catch(() => undefined);
  const lines = trace.slice(-traceLines).join('\n');
  throw new Error(`seed ${seed}: ${String(cause)}\n${lines}`, { cause });
}

test(
  'keeps its promises against a model broker, with every kind of failure',
  async () => {
    let steps = 0;
    let seed = Number(onlySeed ?? 1);
    do {
      const current = seed;
      steps += await runSeed(current).catch((cause: unknown) => explain(current, cause));
      seed += 1;
    } while (steps < totalSteps && onlySeed === undefined);
    expect(steps).toBeGreaterThan(0);
  },
  30_000 + totalSteps / 10,
);
