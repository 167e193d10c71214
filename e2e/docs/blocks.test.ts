import { describe, expect, test } from '@jest/globals';
import { adapted, forwardedPorts } from './adapt.ts';
import { fencesOf } from './fences.ts';
import { anchorsOf, linksOf } from './links.ts';
import { builtInManifestsOf, yamlBlocksOf } from './manifests.ts';
import { isShown } from './output.ts';
import { indentedBlocksOf, problemsOf, shellBlocksOf } from './shell-blocks.ts';

const block = (text: string, info = 'sh'): string => `\`\`\`${info}\n${text}\n\`\`\`\n`;

describe('fencesOf', () => {
  test('finds blocks with language, flags and line', () => {
    expect(fencesOf(`# A\n\n${block('ls', 'sh norun')}\ntext\n${block('a: 1', 'yaml')}`)).toEqual([
      { line: 3, language: 'sh', flags: ['norun'], text: 'ls\n' },
      { line: 8, language: 'yaml', flags: [], text: 'a: 1\n' },
    ]);
  });

  test('takes off the indentation of a list', () => {
    const [fence] = fencesOf('- item:\n\n  ```sh\n  for x; do\n    y\n  done\n  ```\n');
    expect(fence?.text).toBe('for x; do\n  y\ndone\n');
  });

  test('keeps a fence inside a longer one', () => {
    expect(fencesOf('````md\n```sh\nls\n```\n````\n').map(({ text }) => text)).toEqual(['```sh\nls\n```\n']);
  });

  test('refuses a block without an end', () => {
    expect(() => fencesOf('a\n```sh\nls\n')).toThrow('line 2');
  });
});

describe('shellBlocksOf', () => {
  test.each([
    ['commands', block('kubectl get pods'), 'run'],
    ['commands with a mark', block('# Needs a registry to push to.\ndocker push x', 'sh norun'), 'marked'],
    ['the start of the cluster', block('npm start   # a cluster\nnpm test'), 'npm'],
    ['the end of another cluster', block('EVENT_SINKS_INSTANCE=3 npm run stop'), 'npm'],
    ['npm among other commands', block('export A=1\nnpm start'), 'run'],
  ])('%s', (_title, page, kind) => {
    expect(shellBlocksOf(page).map((each) => each.kind)).toEqual([kind]);
  });

  test('gives a block the text that follows it, with or without words between', () => {
    const elsewhere = `${block('c')}\n## Another section\n\n${block('w', 'text')}`;
    const page = `${elsewhere}${block('a')}\nIt prints:\n\n${block('x', 'text')}${block('b')}${block('y: 1', 'yaml')}${block('z', 'text')}`;
    expect(shellBlocksOf(page).map(({ output }) => output)).toEqual([undefined, 'x\n', undefined]);
  });
});

describe('problemsOf', () => {
  const problems = (text: string, info?: string): string[] =>
    shellBlocksOf(block(text, info)).flatMap(problemsOf);

  test.each([
    ['a mark without a reason', 'docker push x', 'sh norun', 'says why'],
    ['a mark with one word', '# Example\ndocker push x', 'sh norun', 'says why'],
    ['a placeholder in angle brackets', 'kubectl logs job/<name of the job>', 'sh', 'placeholder'],
    ['a made-up host', 'curl https://id.example.org/token', 'sh', 'placeholder'],
    [
      'a command after kubectl run -ti',
      'kubectl run curl -ti -- -X POST \\\n  http://a\nkubectl get jobs',
      'sh',
      '-ti',
    ],
    ['a port-forward in the foreground', 'kubectl port-forward service/a 1:2', 'sh', 'background'],
    ['a port-forward that prints', 'kubectl port-forward service/a 1:2 &', 'sh', 'background'],
  ])('names %s', (_title, text, info, word) => {
    expect(problems(text, info)).toEqual([expect.stringContaining(word)]);
  });

  test.each([
    ['a mark with a reason', '# Needs Knative Eventing in the cluster.\nkn broker create a', 'sh norun'],
    [
      'kubectl run -ti at the end',
      'kubectl apply -f a.yaml\nkubectl run curl -ti -- -X POST \\\n  http://a',
      'sh',
    ],
    ['curl -i before other commands', 'curl -i -H "a: b" http://localhost:8080\nkubectl get jobs', 'sh'],
    ['a port-forward and curl that waits', 'kubectl port-forward s 1:2 >/dev/null &\ncurl --retry 5 x', 'sh'],
  ])('takes %s', (_title, text, info) => {
    expect(problems(text, info)).toEqual([]);
  });
});

describe('isShown', () => {
  const table =
    'NAME                                       STATUS     AGE\na-tuhxtbe5xcpdacyq7becrualgk   Complete   36s\n';

  test.each([
    [
      'the same table with another name, age and width',
      table,
      'NAME STATUS AGE\na-dm2vjnagoumj3by2zbzbrrjjmv  Complete  1m5s\n',
      true,
    ],
    [
      'a Secret of another Job',
      'secret/a-tuhxtbe5xcpdacyq7becrualgk Opaque\n',
      'secret/a-dm2vjnagoumj3by2zbzbrrjjmv-tuhxtbe5xcpdacyq Opaque\n',
      true,
    ],
    ['lines in the midst of others', 'b\nc\n', 'a\nb\nc\nd\n', true],
    ['lines with others between', 'b\nd\n', 'b\nc\nd\n', false],
    ['a line of dots for what is left out', 'b\n…\nd\n', 'b\nc\nd\n', true],
    ['another status', table, table.replace('Complete', 'Failed'), false],
    ['a number that is no duration', 'n: 36\n', 'n: 37\n', false],
    ['nothing at all', 'a\n', '', false],
  ])('%s', (_title, shown, output, expected) => {
    expect(isShown(shown, output)).toBe(expected);
  });
});

describe('links', () => {
  test('are found outside of code, without those to other hosts', () => {
    const page = `[a](b.md#c) [d](https://e.f/g) [h](#i)\n${block('[x](y)', 'md')}`;
    expect(linksOf(page)).toEqual([
      { path: 'b.md', anchor: 'c' },
      { path: '', anchor: 'i' },
    ]);
  });

  test('lead to headings by the names that GitHub gives them', () => {
    expect(anchorsOf('# A `b`: c\n## What’s “new”?\n## X\n## X\n## [T](t.md) e\n')).toEqual(
      new Set(['a-b-c', 'whats-new', 'x', 'x-1', 't-e']),
    );
  });
});

describe('adapted', () => {
  const commands =
    'export KUBECONFIG=$PWD/.local/kubeconfig\nkubectl -n a port-forward service/b 8080:80 >/dev/null &\ncurl http://localhost:8080/c # 8080:\n';

  test('finds the ports that are forwarded, each once', () => {
    expect(forwardedPorts(`${commands}${commands}`)).toEqual(['8080']);
  });

  test('replaces the ports of this machine and the folder of the cluster, and nothing else', () => {
    expect(adapted(commands, { localDir: '.local/instance-3', ports: new Map([['8080', 31_000]]) })).toBe(
      'export KUBECONFIG=$PWD/.local/instance-3/kubeconfig\nkubectl -n a port-forward service/b 31000:80 >/dev/null &\ncurl http://localhost:31000/c # 8080:\n',
    );
  });
});

test('indentedBlocksOf finds the commands between the words of a text for terminals', () => {
  const text = 'Try:\n\n  a\n  b \\\n    c\n\nor:\n\n  d\n\nEnd.';
  expect(indentedBlocksOf(text).map(({ line, commands }) => ({ line, commands }))).toEqual([
    { line: 3, commands: 'a\nb \\\n  c\n' },
    { line: 9, commands: 'd\n' },
  ]);
});

describe('YAML', () => {
  const object = (apiVersion: string): string => `apiVersion: ${apiVersion}\nkind: K\nmetadata: { name: a }`;

  test('is found in blocks of its own and in those of commands', () => {
    const page = `${block('a: 1', 'yaml')}${block("kubectl apply -f - <<'YAML'\nb: 2\nYAML\nls")}`;
    expect(yamlBlocksOf(page).map(({ text }) => text)).toEqual(['a: 1\n', 'b: 2\n']);
  });

  test.each([
    ['v1', true],
    ['apps/v1', true],
    ['networking.k8s.io/v1', true],
    ['admissionregistration.k8s.io/v1', true],
    ['gateway.networking.k8s.io/v1', false],
    ['sinks.knative.dev/v1alpha1', false],
    ['kafka.strimzi.io/v1', false],
  ])('of %s is of an API group of Kubernetes: %s', (apiVersion, expected) => {
    expect(builtInManifestsOf(block(object(apiVersion), 'yaml'))).toHaveLength(expected ? 1 : 0);
  });

  test('that is a part of an object is no object', () => {
    expect(builtInManifestsOf(block('spec: { a: 1 }', 'yaml'))).toEqual([]);
  });
});
