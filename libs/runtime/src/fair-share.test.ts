import { describe, expect, test } from '@jest/globals';
import { fairShare } from './fair-share.ts';

/** How much each of so many greedy tenants gets of a limit, one unit at a time and in turn. */
function fill(percent: number, limit: number, tenants: number): { held: number[]; free: number } {
  const share = fairShare(percent);
  const held = Array.from({ length: tenants }, () => 0);
  let free = limit;
  for (let isMoving = true; isMoving;) {
    isMoving = false;
    for (const [index, mine] of held.entries()) {
      if (free < 1 || !share.allows(mine, 1, free)) continue;
      held[index] = mine + 1;
      free -= 1;
      isMoving = true;
    }
  }
  return { held, free };
}

describe('a fair share', () => {
  test.each([
    ['one tenant', 66, 1, 660],
    ['one tenant with a smaller share', 50, 1, 500],
    ['one tenant without a share', 100, 1, 1_000],
  ])('gives %s its percentage', (_case, percent, tenants, expected) => {
    const [held = 0] = fill(percent, 1_000, tenants).held;
    expect(Math.abs(held - expected)).toBeLessThanOrEqual(2);
  });

  test.each([1, 2, 5, 10])(
    'leaves something free with %d greedy tenants, and gives each the same',
    (tenants) => {
      const { held, free } = fill(66, 10_000, tenants);
      expect(Math.max(...held) - Math.min(...held)).toBeLessThanOrEqual(2);
      expect(free).toBeGreaterThan(10_000 / (2 * tenants + 2));
    },
  );

  test('always allows a tenant that holds nothing', () => {
    expect(fairShare(1).allows(0, 5, 5)).toBe(true);
  });
});
