import { describe, expect, test } from '@jest/globals';
import { assertPrerequisites } from './prerequisites.ts';

const item = (what: string, present: boolean) => ({
  what,
  remedy: `get ${what}`,
  present: () => Promise.resolve(present),
});

describe('prerequisites', () => {
  test('that are all there pass in silence', async () => {
    await expect(assertPrerequisites([item('Go', true)])).resolves.toBeUndefined();
  });

  test('that are missing are all named at once, each with its remedy', async () => {
    const failing = assertPrerequisites([item('Go', false), item('root', true), item('Maven', false)]);
    await expect(failing).rejects.toThrow(/Go\n +get Go\n +- Maven\n +get Maven$/);
  });
});
