import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { costReport } from './cost-report.ts';
import { runInOrder } from './run-stage.ts';
import { checks, endToEnd, integration, preparation } from './stages.ts';
import { sum } from './tally.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const place = { root, folder: join(root, '.local', 'verify') };

const begun = performance.now();
const results = await runInOrder([preparation, ...checks, integration, endToEnd], place);

const total = sum(results.map(({ tally }) => tally));
process.exitCode = total.failed === 0 ? 0 : 1;
console.log(`\n${costReport(results)}`);
console.log(`All in all ${((performance.now() - begun) / 60_000).toFixed(1)} min.`);
console.log(`\n${total.passed} passed, ${total.failed} failed`);
