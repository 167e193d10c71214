import { summarize, type FaultReport, type ScenarioReport } from './report.ts';
import { apiFaults } from './scenarios/api-faults.ts';
import { badInputs } from './scenarios/bad-inputs.ts';
import { copies } from './scenarios/copies.ts';
import { crashPoints } from './scenarios/crash-points.ts';
import { deletes } from './scenarios/deletes.ts';
import { identities } from './scenarios/identities.ts';
import { rolling } from './scenarios/rolling.ts';
import { openSetting, type Setting } from './setting.ts';
import type { Sizes } from './sizes.ts';

type Scenario = (setting: Setting) => Promise<Omit<ScenarioReport, 'scenario' | 'seconds'>>;

const scenarios: Readonly<Record<string, Scenario>> = {
  'crash-points': crashPoints,
  'api-faults': apiFaults,
  copies,
  rolling,
  deletes,
  identities,
  'bad-inputs': badInputs,
};

/** Names that `--only` takes. */
export const scenarioNames: readonly string[] = Object.keys(scenarios);

/** Runs the scenarios one after the other against one API server. */
export async function runJobSinkFaults(
  sizes: Sizes,
  only: readonly string[],
  tell: (line: string) => void,
): Promise<FaultReport> {
  const setting = await openSetting(sizes, tell);
  const reports: ScenarioReport[] = [];
  try {
    for (const [scenario, run] of Object.entries(scenarios)) {
      if (only.length > 0 && !only.includes(scenario)) continue;
      tell(`${scenario} …`);
      const begun = performance.now();
      const bugsBefore = setting.ledger.bugs;
      const report = await run(setting);
      const serverErrors = report.serverErrors + setting.ledger.bugs - bugsBefore;
      const seconds = Math.round((performance.now() - begun) / 1000);
      reports.push({ ...report, scenario, serverErrors, seconds });
      tell(JSON.stringify(reports.at(-1)));
    }
  } finally {
    await setting.close();
  }
  return summarize(reports);
}
