import { summarize, type KafkaFaultReport, type Report, type ScenarioReport } from './report.ts';
import { brokers } from './scenarios/brokers.ts';
import { changes, credentials } from './scenarios/credentials.ts';
import { deadCluster, manySinks, volume } from './scenarios/neighbours.ts';
import { ownProcess } from './scenarios/process.ts';
import { slowPartitions } from './scenarios/slow-partitions.ts';
import { tenants } from './scenarios/tenants.ts';
import { limits, topicDeleted } from './scenarios/topics.ts';
import { openSetting, type Setting } from './setting.ts';
import type { Sizes } from './sizes.ts';

type Scenario = (setting: Setting) => Promise<Report>;

const scenarios: Readonly<Record<string, Scenario>> = {
  brokers,
  process: ownProcess,
  'topic-deleted': topicDeleted,
  limits,
  credentials,
  changes,
  'dead-cluster': deadCluster,
  'many-sinks': manySinks,
  volume,
  'slow-partitions': slowPartitions,
  tenants,
};

/** Names that `--only` takes. */
export const scenarioNames: readonly string[] = Object.keys(scenarios);

/** What a run is made of. */
export interface RunOptions {
  readonly sizes: Sizes;
  /** Scenarios; all of them when empty. */
  readonly only: readonly string[];
}

/** Runs the scenarios one after the other. */
export async function runKafkaSinkFaults(
  { sizes, only }: RunOptions,
  tell: (line: string) => void,
): Promise<KafkaFaultReport> {
  const setting = await openSetting(sizes, tell);
  const reports: ScenarioReport[] = [];
  try {
    for (const [scenario, run] of Object.entries(scenarios)) {
      if (only.length > 0 && !only.includes(scenario)) continue;
      tell(`${scenario} …`);
      const begun = performance.now();
      const report = await run(setting);
      const seconds = Math.round((performance.now() - begun) / 1000);
      reports.push({ ...report, scenario, seconds });
      tell(JSON.stringify(reports.at(-1)));
    }
  } finally {
    await setting.close();
  }
  return summarize(reports);
}
