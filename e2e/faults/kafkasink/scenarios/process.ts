import type { Report } from '../report.ts';
import { onCluster, slowRecovery, type Rig } from '../rig.ts';
import type { Setting } from '../setting.ts';

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
      await rig.producer.restart(signal);
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

/** Connections that broke with a request on them; one that is refused has had none. */
function resets({ ledger }: Rig): number {
  const { counts } = ledger.tally;
  return (counts.get('ECONNRESET') ?? 0) + (counts.get('EPIPE') ?? 0);
}
