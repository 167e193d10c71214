import { describe, expect, test } from '@jest/globals';
import { abandonedPartials, distributionName } from './distribution.ts';

const pom = (version: string) =>
  `<project><properties><kafka.version>${version}</kafka.version></properties></project>`;

describe('distributionName', () => {
  test('carries the version, and a hash that changes with any line of the pom', () => {
    const { version, folder } = distributionName(pom('4.3.1'));
    expect(version).toBe('4.3.1');
    expect(folder).toMatch(/^kafka-4\.3\.1-[0-9a-f]{12}$/);
    expect(distributionName(`${pom('4.3.1')}\n`).folder).not.toBe(folder);
  });

  test('a pom without a version is refused', () => {
    expect(() => distributionName('<project/>')).toThrow('kafka.version');
  });
});

test('only partial folders of this version whose process has ended are abandoned', () => {
  const names = ['kafka-a', 'kafka-a.partial-1', 'kafka-a.partial-2', 'kafka-b.partial-1'];
  expect(abandonedPartials(names, 'kafka-a', (pid) => pid === 2)).toEqual(['kafka-a.partial-1']);
});
