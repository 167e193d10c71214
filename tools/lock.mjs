// Brings package-lock.json up to date with every package.json, in a folder without node_modules: beside an installed
// tree npm drops the optional packages of other platforms from the lockfile, and `npm ci` then refuses it.
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const operatingSystems = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'sunos', 'win32'];
const processors = ['arm64', 'arm', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64', 'wasm32'];

// A mirror may lack what its own platform never installs. npm then leaves those optional packages out of the lockfile
// and `npm ci` takes it for out of date; named with version and platform, they are passed over where they do not fit.
function nameOtherPlatforms(file) {
  const lock = JSON.parse(readFileSync(file, 'utf8'));
  for (const { optionalDependencies = {}, dev } of Object.values(lock.packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      const key = `node_modules/${name}`;
      if (lock.packages[key] !== undefined || !/^\d/.test(version)) continue;
      const words = name.split(/[-/]/);
      const os = operatingSystems.filter((each) => words.includes(each));
      const cpu = processors.filter((each) => words.includes(each));
      if (os.length + cpu.length === 0) continue;
      lock.packages[key] = {
        version,
        ...(cpu.length && { cpu }),
        ...(dev && { dev }),
        optional: true,
        ...(os.length && { os }),
      };
    }
  }
  const packages = Object.fromEntries(
    Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en')),
  );
  writeFileSync(file, `${JSON.stringify({ ...lock, packages }, undefined, 2)}\n`);
}

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = mkdtempSync(join(tmpdir(), 'event-sinks-lock-'));
try {
  const manifests = globSync(['package.json', '{apps,libs,tools}/*/package.json', 'e2e/package.json'], {
    cwd: root,
  });
  for (const file of [...manifests, '.npmrc', 'package-lock.json']) {
    if (!existsSync(join(root, file))) continue;
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    copyFileSync(join(root, file), join(folder, file));
  }
  const args = ['install', '--package-lock-only', '--ignore-scripts', '--no-fund', '--no-audit'];
  const { status } = spawnSync('npm', args, { cwd: folder, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
  nameOtherPlatforms(join(folder, 'package-lock.json'));
  copyFileSync(join(folder, 'package-lock.json'), join(root, 'package-lock.json'));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
