import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { generators } from './generators/index.ts';
import { runGenerate } from './run-generate.ts';

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const root = fileURLToPath(new URL('../../..', import.meta.url));

const { exitCode, lines } = await runGenerate({ root, generators, check: values.check });
for (const line of lines) console.log(line);
process.exitCode = exitCode;
