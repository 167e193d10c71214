import { parseArgs } from 'node:util';
import { benchJobSink } from './jobsink/bench.ts';
import { table, type Row } from './table.ts';

const benches: Readonly<Record<string, (tell: (line: string) => void) => Promise<Row[]>>> = {
  jobsink: benchJobSink,
};

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false } },
});
const name = positionals[0] ?? '';
const bench = benches[name];
if (bench === undefined) {
  console.error(
    `Unknown bench "${name}"; use one of: ${Object.keys(benches).join(', ')}, with --json for one object`,
  );
  process.exitCode = 2;
} else {
  const rows = await bench((line) => {
    console.error(line);
  });
  console.log(values.json ? JSON.stringify({ rows }) : table(rows));
}
