import { parseArgs } from 'node:util';
import { benchJobSink } from './jobsink/bench.ts';
import { benchKafkaSink } from './kafkasink/bench.ts';
import { table, type Row } from './table.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
    before: { type: 'string' },
  },
});
const only = values.only === undefined ? undefined : new RegExp(values.only);
const benches: Readonly<Record<string, (tell: (line: string) => void) => Promise<Row[]>>> = {
  jobsink: benchJobSink,
  kafkasink: (tell) => benchKafkaSink(tell, { only, before: values.before }),
};
const name = positionals[0] ?? '';
const bench = benches[name];
if (bench === undefined) {
  console.error(
    `Unknown bench "${name}"; use one of: ${Object.keys(benches).join(', ')}, with --json for one object, and for kafkasink --before BUNDLE`,
  );
  process.exitCode = 2;
} else {
  const tell = (line: string): void => {
    console.error(line);
  };
  const rows = await bench(tell);
  console.log(values.json ? JSON.stringify({ rows }) : table(rows));
}
