import { describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const index = fileURLToPath(new URL('./index.ts', import.meta.url));

/** Runs a small program of its own process: what is tested here is how a process ends. */
async function runProgram(
  create: string,
  env: Record<string, string>,
): Promise<{ code: number | null; lines: Record<string, unknown>[] }> {
  const dir = mkdtempSync(join(tmpdir(), 'run-app-'));
  const file = join(dir, 'main.mjs');
  const imports = `import { envInt, runApp } from ${JSON.stringify(index)};\nimport { createRequire } from 'node:module';`;
  const zod = `const { z } = createRequire(${JSON.stringify(index)})('zod');`;
  const call = `await runApp({ name: 'demo', schema: z.object({ SIZE: envInt({ min: 1 }) }), env: process.env, graceMs: () => 1000, create: ${create} });`;
  writeFileSync(file, [imports, zod, call].join('\n'));
  try {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file], {
      env: { PATH: process.env['PATH'] ?? '', ...env },
    });
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      if (out.includes('"Started"')) child.kill('SIGTERM');
    });
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    return {
      code,
      lines: out
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    };
  } finally {
    rmSync(dir, { recursive: true });
  }
}

describe('the life of a process', () => {
  test('ends with code 0 after a signal', async () => {
    // Something must keep the process alive, as a server does: handlers of signals alone do not.
    const app =
      '({ config, logger }) => { const open = setInterval(() => {}, 1000); return {' +
      ' start: async () => logger.info("size", { size: config.SIZE }), stop: async () => clearInterval(open) }; }';
    const { code, lines } = await runProgram(app, { SIZE: '3' });
    expect(code).toBe(0);
    expect(lines).toContainEqual(expect.objectContaining({ message: 'size', size: 3, logger: 'demo' }));
  });

  test('ends with code 1 and one line for a configuration that cannot be used', async () => {
    const { code, lines } = await runProgram('() => { throw new Error("never") }', { SIZE: 'large' });
    expect(code).toBe(1);
    expect(lines).toHaveLength(1);
    expect(JSON.stringify(lines[0])).toMatch(/SIZE: expected an integer of at least 1/);
  });

  test('ends with code 1 and one line for an app that cannot be put together', async () => {
    const { code, lines } = await runProgram('() => { throw new Error("no kubeconfig") }', { SIZE: '3' });
    expect(code).toBe(1);
    expect(lines).toHaveLength(1);
    expect(JSON.stringify(lines[0])).toMatch(/no kubeconfig/);
  });
});
