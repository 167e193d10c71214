import { parseArgs } from 'node:util';
import { runJobSinkFaults, scenarioNames } from './jobsink/run.ts';
import { fullSizes, smallSizes } from './jobsink/sizes.ts';
import { isBroken, toText } from './report.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    small: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
  },
});
const unknown = values.only.filter((name) => !scenarioNames.includes(name));
if (positionals[0] !== 'jobsink' || unknown.length > 0) {
  console.error(
    `Usage: faults jobsink [--json] [--small] [--only <scenario>]…; scenarios: ${scenarioNames.join(', ')}`,
  );
  process.exitCode = 2;
} else {
  const report = await runJobSinkFaults(values.small ? smallSizes : fullSizes, values.only, (line) => {
    console.error(line);
  });
  console.log(values.json ? JSON.stringify(report) : toText(report));
  process.exitCode = isBroken(report) ? 1 : 0;
}
