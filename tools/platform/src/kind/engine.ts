import { tryRun } from '../shell.ts';

/** A container engine that kind can use; also the name of its command. */
export type ContainerEngine = 'docker' | 'podman';

/** The first engine that answers on this machine. */
export async function containerEngine(): Promise<ContainerEngine | undefined> {
  for (const engine of ['docker', 'podman'] as const) {
    const answer = await tryRun(engine, ['info'], { timeoutMs: 10_000 }).catch(() => undefined);
    if (answer?.code === 0) return engine;
  }
  return undefined;
}
