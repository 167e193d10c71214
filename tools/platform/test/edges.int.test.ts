import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { processesInCgroup } from '../src/local/cgroups.ts';
import { ensurePackages } from '../src/local/debian-packages.ts';
import { layoutOf } from '../src/local/layout.ts';
import { localDriver } from '../src/local/local-driver.ts';
import { pidsWithEnvironment, signalProcess } from '../src/proc.ts';
import { ProcessKeeper } from '../src/processes.ts';
import { readSettings } from '../src/settings.ts';
import { run, tryRun, waitUntil } from '../src/shell.ts';

// An instance of its own, so that the cluster of `npm start` is left in peace.
const settings = readSettings({ ...process.env, EVENT_SINKS_INSTANCE: '9', EVENT_SINKS_DRIVER: 'local' });
const layout = layoutOf(settings);
const keeper = new ProcessKeeper(layout.stateDir);
const steps: string[] = [];
const progress = {
  step: async <T>(title: string, work: () => Promise<T>): Promise<T> => {
    steps.push(title);
    return await work();
  },
  note: (text: string): void => {
    steps.push(text);
  },
};
const driver = localDriver(settings, progress);
const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

function command(name: string, env: Record<string, string> = {}): ChildProcess {
  return spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, name], {
    env: { ...process.env, EVENT_SINKS_INSTANCE: '9', EVENT_SINKS_DRIVER: 'local', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function outcome(child: ChildProcess): Promise<{ code: number | null; output: string }> {
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, output };
}

const hostRules = async (): Promise<string> => await run('iptables-save', []);
const pidsByName = (): Record<string, number | undefined> =>
  Object.fromEntries(keeper.names().map((name) => [name, keeper.pidOf(name)]));

describe('the local platform at its edges', () => {
  let rulesBefore: string;
  beforeAll(async () => {
    // iptables-save is in one of them.
    await ensurePackages(progress);
    await driver.down();
    rulesBefore = await hostRules();
  }, 300_000);
  afterAll(() => driver.down());

  test('a machine without Go, Java and Maven is told so, with what to do, before anything is made', async () => {
    const bin = mkdtempSync(join(tmpdir(), 'few-programs-'));
    symlinkSync('/usr/bin/apt-get', join(bin, 'apt-get'));
    try {
      const { code, output } = await outcome(command('start', { PATH: bin }));
      expect(code).toBe(1);
      expect(output).toMatch(
        /Go 1\.26 or newer[^]*go\.dev[^]*Java runtime[^]*apt-get install[^]*Maven[^]*apt-get install maven/,
      );
      expect(output).not.toMatch(/root \(/);
      expect(existsSync(layout.dir('etcd'))).toBe(false);
    } finally {
      rmSync(bin, { recursive: true });
    }
  });

  test('an address range that the host uses already is named', async () => {
    await run('ip', ['route', 'add', layout.podRange, 'dev', 'lo']);
    try {
      await expect(driver.up()).rejects.toThrow(
        /host has a route "10\.249\.0\.0\/24[^]*EVENT_SINKS_INSTANCE/,
      );
    } finally {
      await run('ip', ['route', 'delete', layout.podRange, 'dev', 'lo']);
    }
  });

  test('a taken port is named, with who holds it and what it is wanted for', async () => {
    await run('ip', ['netns', 'add', layout.name]);
    const listener = "require('net').createServer().listen(6443, '0.0.0.0', () => console.log('listening'))";
    const holder = spawn('nsenter', [
      `--net=/var/run/netns/${layout.name}`,
      '--',
      process.execPath,
      '-e',
      listener,
    ]);
    try {
      await new Promise((resolve) => holder.stdout.once('data', resolve));
      await expect(driver.up()).rejects.toThrow(
        new RegExp(`port 6443, wanted for kube-apiserver, is held by .* \\(pid ${holder.pid ?? 0}\\)`),
      );
    } finally {
      holder.kill('SIGKILL');
    }
  });

  test('a start that is killed half-way is finished by the next one', async () => {
    const first = command('start');
    await new Promise<void>((resolve) => {
      first.stdout?.on('data', (chunk: Buffer) => {
        if (chunk.toString().includes('Node, pods')) resolve();
      });
    });
    first.kill('SIGKILL');
    const cluster = await driver.up();
    const nodes = await run(cluster.kubectl, [
      '--kubeconfig',
      cluster.kubeconfig,
      'get',
      'nodes',
      '--no-headers',
    ]);
    expect(nodes).toMatch(/ Ready /);
  }, 240_000);

  test('a second start changes nothing', async () => {
    const before = pidsByName();
    await driver.up();
    expect(pidsByName()).toEqual(before);
    expect(Object.keys(before)).toEqual(
      expect.arrayContaining([
        'etcd',
        'kube-apiserver',
        'kubelet',
        'kube-proxy',
        'containerd',
        'kafka',
        'registry',
      ]),
    );
  });

  test('of two starts at once the second waits for the first, and both end well', async () => {
    steps.length = 0;
    await Promise.all([driver.up(), driver.up()]);
    expect(steps.filter((step) => step.includes('is busy with the same cluster'))).toHaveLength(1);
  });

  test('processes that were killed are started again, and the others stay', async () => {
    const before = pidsByName();
    for (const name of ['kubelet', 'kube-apiserver', 'kafka']) process.kill(before[name] ?? 0, 'SIGKILL');
    await waitUntil('their end', () => keeper.pidOf('kafka') === undefined, { timeoutMs: 10_000 });
    await driver.up();
    const after = pidsByName();
    expect(after['etcd']).toBe(before['etcd']);
    expect(after['containerd']).toBe(before['containerd']);
    expect(after['kafka']).toBeGreaterThan(0);
    expect(after['kafka']).not.toBe(before['kafka']);
  }, 120_000);

  test('a cluster of which everything was killed, pods and their shims too, comes up again', async () => {
    const kept = pidsWithEnvironment(`EVENT_SINKS_KEPT_FOR=${layout.stateDir}`);
    for (const pid of [...kept, ...processesInCgroup(layout.name)]) signalProcess(pid, 'SIGKILL');
    const cluster = await driver.up();
    const dns = ['-n', 'kube-system', 'rollout', 'status', 'deployment/coredns', '--timeout=60s'];
    expect(await run(cluster.kubectl, ['--kubeconfig', cluster.kubeconfig, ...dns])).toContain(
      'successfully rolled out',
    );
  }, 180_000);

  test('a stop leaves no process, mount, interface, namespace, rule or folder, and a pod’s processes neither', async () => {
    await run((await driver.connect()).kubectl, [
      ...[
        '--kubeconfig',
        layout.dir('kubeconfig', 'admin'),
        'run',
        'sleeper',
        '--image=docker.io/library/bash:5',
      ],
      ...['--restart=Never', '--', 'sleep', '3333'],
    ]);
    await waitUntil('the pod', async () => (await tryRun('pgrep', ['-f', 'sleep 3333'])).code === 0, {
      timeoutMs: 60_000,
    });
    const { code } = await outcome(command('stop'));
    expect(code).toBe(0);
    expect(pidsWithEnvironment(`EVENT_SINKS_KEPT_FOR=${layout.stateDir}`)).toEqual([]);
    expect((await tryRun('pgrep', ['-f', 'sleep 3333'])).code).toBe(1);
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(layout.stateDir);
    expect(await run('ip', ['netns', 'list'])).not.toMatch(new RegExp(`^${layout.name}( |$)`, 'm'));
    expect(existsSync(`/sys/class/net/${layout.hostInterface}`)).toBe(false);
    expect(await run('ip', ['route', 'show'])).not.toContain(layout.podRange);
    expect(existsSync(layout.stateDir)).toBe(false);
    expect((await hostRules()).replace(/^#.*$/gm, '')).toBe(rulesBefore.replace(/^#.*$/gm, ''));
  }, 120_000);

  test('a stop when nothing runs is no error', async () => {
    mkdirSync(settings.stateDir, { recursive: true });
    expect((await outcome(command('stop'))).code).toBe(0);
  });
});
