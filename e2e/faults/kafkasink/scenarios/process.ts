import { setTimeout as sleep } from 'node:timers/promises';
import type { Report } from '../report.ts';
import { onCluster, slowRecovery, type Rig } from '../rig.ts';
import type { Setting } from '../setting.ts';

/** Most of the drain delay, which is a second. */
const endpointGoneMs = 800;

/** The producer killed and told to end, under load, and started again each time. */
export async function ownProcess(setting: Setting): Promise<Report> {
  const { kills, terminations } = setting.sizes.process;
  const signals = [
    ...Array.from({ length: kills }, () => 'SIGKILL' as const),
    ...Array.from({ length: terminations }, () => 'SIGTERM' as const),
  ];
  return await onCluster(setting, { name: 'process', env: { DRAIN_DELAY: '1s' } }, async (rig) => {
    const problems: string[] = [];
    let slowest = 0;
    for (const signal of signals) {
      rig.ledger.fault(signal);
      const resetsBefore = resets(rig);
      const restarted = rig.producer.restart(signal);
      if (signal === 'SIGTERM') await endpointGone(rig, restarted);
      await restarted;
      const ms = await rig.recovery();
      slowest = Math.max(slowest, ms);
      problems.push(...slowRecovery(signal, ms));
      if (signal === 'SIGTERM' && resets(rig) > resetsBefore)
        problems.push(`${resets(rig) - resetsBefore} connections broken by SIGTERM`);
      await rig.traffic.acknowledged(2 * setting.sizes.keys);
    }
    return { faults: signals.length, problems, details: { 'slowest recovery ms': slowest } };
  });
}

/**
 * A Service routes nothing to a pod that ends, from well within its drain delay on. What connects in the very moment in
 * which a listener closes is reset by TCP, and no process can prevent that.
 */
async function endpointGone({ traffic }: Rig, restarted: Promise<void>): Promise<void> {
  await sleep(endpointGoneMs);
  traffic.holdBack(restarted);
}

/** Connections that broke with a request on them; one that is refused has had none. */
function resets({ ledger }: Rig): number {
  const { counts } = ledger.tally;
  return (counts.get('ECONNRESET') ?? 0) + (counts.get('EPIPE') ?? 0);
}
