import { join } from 'node:path';
import { run } from '@event-sinks/platform';
import type { ScenarioReport } from '../report.ts';
import type { Setting } from '../setting.ts';

/** Names for many pairs of source and id that are made to be mistaken for each other. */
export async function identities({
  checkout,
  sizes,
}: Setting): Promise<Omit<ScenarioReport, 'scenario' | 'seconds'>> {
  const program = join(checkout, 'apps/job-sink/test/faults-identities.ts');
  const args = ['--disable-warning=ExperimentalWarning', program, String(sizes.identities)];
  const found = JSON.parse(await run(process.execPath, args)) as {
    pairs: number;
    collisions: number;
    badNames: number;
    rssMiB: number;
  };
  return {
    ...{ faults: 0, events: 0, ackedButLost: 0, jobsWithoutSecret: 0 },
    ...{ resets: 0, non2xx: 0, serverErrors: 0 },
    eventsWithTwoJobs: 0,
    problems: [
      ...(found.collisions === 0 ? [] : [`${found.collisions} pairs share a name`]),
      ...(found.badNames === 0 ? [] : [`${found.badNames} names are no DNS labels of at most 63 characters`]),
    ],
    details: found,
  };
}
