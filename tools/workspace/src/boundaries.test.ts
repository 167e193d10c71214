import { beforeAll, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));

interface Forbidden {
  /** A file that exists, so that the rules that belong to its place apply; its content is not read. */
  readonly file: string;
  readonly code: string;
  readonly rule: string;
}

const cases: Readonly<Record<string, Forbidden>> = {
  'a decision reads a file': {
    file: 'libs/job-plan/src/job-name.ts',
    code: "import { readFileSync } from 'node:fs';\nexport const x = readFileSync;",
    rule: 'no-restricted-imports',
  },
  'a decision reaches into an adapter': {
    file: 'apps/controller/src/domain/address.ts',
    code: "import { createDataPlane } from '../adapters/data-plane.ts';\nexport const x = createDataPlane;",
    rule: 'no-restricted-imports',
  },
  'an app goes round the door to Kubernetes': {
    file: 'apps/controller/src/app.ts',
    code: "import { KubeConfig } from '@kubernetes/client-node';\nexport const x = KubeConfig;",
    rule: 'no-restricted-imports',
  },
  'an app goes round the door to Kafka': {
    file: 'apps/kafka-sink/src/app.ts',
    code: "import { Kafka } from 'kafkajs';\nexport const x = Kafka;",
    rule: 'no-restricted-imports',
  },
  'a contract depends on an adapter': {
    file: 'libs/crds/src/index.ts',
    code: "import { jobs } from '@event-sinks/kube';\nexport const x = jobs;",
    rule: '@nx/enforce-module-boundaries',
  },
  'the engine learns of Kubernetes': {
    file: 'libs/reconciler/src/index.ts',
    code: "import { jobs } from '@event-sinks/kube';\nexport const x = jobs;",
    rule: '@nx/enforce-module-boundaries',
  },
  'a utility depends on a domain': {
    file: 'libs/runtime/src/index.ts',
    code: "import { decodeHttp } from '@event-sinks/cloudevents';\nexport const x = decodeHttp;",
    rule: '@nx/enforce-module-boundaries',
  },
  'production code imports the test harness': {
    file: 'libs/kube/src/index.ts',
    code: "import { eventually } from '@event-sinks/testing';\nexport const x = eventually;",
    rule: 'no-restricted-syntax',
  },
  'the environment is read outside main.ts': {
    file: 'apps/job-sink/src/app.ts',
    code: "export const x = process.env['PORT'];",
    rule: 'no-restricted-properties',
  },
  'a module has a default export': {
    file: 'apps/job-sink/src/app.ts',
    code: 'const x = 1;\nexport default x;',
    rule: 'no-restricted-exports',
  },
};

/** Lints all snippets in one process of its own: eslint's configuration is no part of jest's module world. */
function lintAll(): Map<string, string[]> {
  const script = `
    import { ESLint } from 'eslint';
    const eslint = new ESLint({ cwd: ${JSON.stringify(root)} });
    const found = {};
    for (const [name, { file, code }] of Object.entries(JSON.parse(process.argv[1]))) {
      const [result] = await eslint.lintText(code, { filePath: ${JSON.stringify(root)} + '/' + file });
      found[name] = result.messages.map(({ ruleId }) => ruleId);
    }
    console.log(JSON.stringify(found));
  `;
  const run = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', script, '--', JSON.stringify(cases)],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  if (run.status !== 0) throw new Error(run.stderr);
  return new Map(
    Object.entries(JSON.parse(run.stdout.trim().split('\n').at(-1) ?? '{}') as Record<string, string[]>),
  );
}

describe('the house’s walls: lint refuses it when', () => {
  let found: Map<string, string[]>;
  beforeAll(() => {
    found = lintAll();
  }, 120_000);

  test.each(Object.entries(cases))('%s', (name, { rule }) => {
    expect(found.get(name)).toContain(rule);
  });
});
