import { parseArgs } from 'node:util';
import * as jobSinkReport from './jobsink/report.ts';
import * as jobSink from './jobsink/run.ts';
import * as jobSinkSizes from './jobsink/sizes.ts';
import * as kafkaSink from './kafkasink/run.ts';
import * as kafkaSinkReport from './kafkasink/report.ts';
import * as kafkaSinkSizes from './kafkasink/sizes.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    small: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
  },
});
const { only, small } = values;

/** What is printed, and whether a promise was broken. */
interface Result {
  readonly report: object;
  readonly text: string;
  readonly broken: boolean;
}

interface Suite {
  readonly scenarioNames: readonly string[];
  run(tell: (line: string) => void): Promise<Result>;
}

const suites: Readonly<Record<string, Suite>> = {
  jobsink: {
    scenarioNames: jobSink.scenarioNames,
    async run(tell) {
      const sizes = small ? jobSinkSizes.smallSizes : jobSinkSizes.fullSizes;
      const report = await jobSink.runJobSinkFaults(sizes, only, tell);
      return { report, text: jobSinkReport.toText(report), broken: jobSinkReport.isBroken(report) };
    },
  },
  kafkasink: {
    scenarioNames: kafkaSink.scenarioNames,
    async run(tell) {
      const sizes = small ? kafkaSinkSizes.smallSizes : kafkaSinkSizes.fullSizes;
      const report = await kafkaSink.runKafkaSinkFaults({ sizes, only }, tell);
      return { report, text: kafkaSinkReport.toText(report), broken: kafkaSinkReport.isBroken(report) };
    },
  },
};

const suite = suites[positionals[0] ?? ''];
if (suite === undefined || only.some((name) => !suite.scenarioNames.includes(name))) {
  console.error('Usage: faults <suite> [--json] [--small] [--only <scenario>]…');
  for (const [name, { scenarioNames }] of Object.entries(suites))
    console.error(`  ${name}: ${scenarioNames.join(', ')}`);
  process.exitCode = 2;
} else {
  const { report, text, broken } = await suite.run((line) => {
    console.error(line);
  });
  console.log(values.json ? JSON.stringify(report) : text);
  process.exitCode = broken ? 1 : 0;
}
