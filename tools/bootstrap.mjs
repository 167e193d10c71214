// Entry of every npm script. Runs on whatever Node the machine has, and hands over to the Node of this repository.
// Plain JavaScript without dependencies, because nothing may be installed yet.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

const commands = {
  start: ['tools/platform/src/main.ts', 'start'],
  stop: ['tools/platform/src/main.ts', 'stop'],
  status: ['tools/platform/src/main.ts', 'status'],
  test: ['tools/workspace/src/verify/main.ts'],
  check: ['tools/workspace/src/check/main.ts'],
  bench: ['e2e/bench/main.ts'],
  faults: ['e2e/faults/main.ts'],
  generate: ['tools/workspace/src/generate.ts'],
  bundle: ['tools/platform/src/bundle.ts'],
  scan: ['tools/platform/src/scan.ts'],
  lock: ['tools/lock.mjs'],
};

const [name = '', ...rest] = process.argv.slice(2);
const command = commands[name];
if (command === undefined) {
  console.error(`Unknown command "${name}"; use one of: ${Object.keys(commands).join(', ')}`);
  process.exit(2);
}

function run(program, args, env = process.env) {
  const { status, signal, error } = spawnSync(program, args, { cwd: root, stdio: 'inherit', env });
  if (error) throw error;
  return signal ? 1 : (status ?? 1);
}

// The figure is the sum of the builds on a machine with 2 cores: etcd, Kubernetes, CoreDNS and Helm.
const firstStart =
  'First start in this checkout. Without Docker or Podman it builds Kubernetes from source, which takes about ' +
  '8 minutes on 2 cores and is kept in ~/.cache/event-sinks; the next start takes about half a minute.';

// node_modules is current when it was installed from exactly this lockfile; an npm ci that was killed half-way left
// no mark, so it is repeated.
function installDependencies() {
  const digest = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const mark = join(root, 'node_modules', '.event-sinks-lockfile');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === digest) return;
  if (name === 'start') console.log(firstStart);
  console.log('Installing dependencies: npm ci');
  // Warnings about engines are about the Node that starts npm; everything after this runs on the one that npm ci brings.
  const code = run('npm', ['ci', '--no-fund', '--no-audit', '--loglevel=error']);
  if (code !== 0) process.exit(code);
  writeFileSync(mark, digest);
}

function repositoryNode() {
  const shipped = join(root, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin');
  if (existsSync(join(shipped, 'node'))) return shipped;
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 19)) return dirname(process.execPath);
  console.error(
    `Node ${process.versions.node} is too old, and npm has no Node for ${process.platform}-${process.arch}. ` +
      'Install Node 22.19 or newer.',
  );
  process.exit(1);
}

// Bringing the lockfile up to date is what is done when npm ci refuses it.
if (name !== 'lock') installDependencies();
const node = repositoryNode();
const path = [node, join(root, 'node_modules', '.bin'), process.env.PATH].join(':');
process.exitCode = run(join(node, 'node'), ['--disable-warning=ExperimentalWarning', ...command, ...rest], {
  ...process.env,
  PATH: path,
  NX_DAEMON: 'false',
  NX_TUI: 'false',
});
