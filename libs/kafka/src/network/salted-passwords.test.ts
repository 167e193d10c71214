import { pbkdf2Sync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { SaltedPasswords, type Salting } from './salted-passwords.ts';

const salting = (change: Partial<Salting> = {}): Salting => ({
  ...{ password: 'p4ss', salt: Buffer.from('salt'), iterations: 4_096, hash: 'sha256', length: 32 },
  ...change,
});

const expected = ({ password, salt, iterations, hash, length }: Salting): Buffer =>
  pbkdf2Sync(password, salt, iterations, length, hash);

/** Of these derivations each takes long enough to be told apart from a result that was kept. */
const long = { iterations: 400_000, hash: 'sha512', length: 64 } as const;

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

describe('SaltedPasswords', () => {
  test.each([
    ['sha256', salting()],
    ['sha512', salting({ hash: 'sha512', length: 64 })],
    ['a password that is not ASCII', salting({ password: 'pä\u{1f511}' })],
    ['an empty password', salting({ password: '' })],
  ])('derives as PBKDF2 does: %s', async (_, each) => {
    expect(await new SaltedPasswords().salted(each)).toEqual(expected(each));
  });

  test('gives another result for another password, salt, number of iterations and hash', async () => {
    const passwords = new SaltedPasswords();
    const all = [
      salting(),
      salting({ password: 'other' }),
      salting({ salt: Buffer.from('other') }),
      salting({ iterations: 4_097 }),
      salting({ hash: 'sha512', length: 64 }),
    ];
    const results = await Promise.all(all.map((each) => passwords.salted(each)));
    expect(results).toEqual(all.map(expected));
  });

  test('derives once what is asked for many times, at once and later', async () => {
    const passwords = new SaltedPasswords();
    const once = await timeOf(() => passwords.salted(salting({ ...long, salt: Buffer.from('first') })));
    const many = await timeOf(() =>
      Promise.all(Array.from({ length: 50 }, () => passwords.salted(salting({ ...long })))),
    );
    expect(many).toBeLessThan(once * 10);
    const results = Array.from({ length: 3 }, () => passwords.salted(salting({ ...long })));
    expect(new Set(await Promise.all(results)).size).toBe(1);
  });

  test('derives one at a time, in the order of the questions', async () => {
    const passwords = new SaltedPasswords();
    const order: number[] = [];
    // The first takes longest: side by side, the others would be there before it.
    const iterations = [300_000, 1_000, 4_096, 2_000];
    await Promise.all(
      iterations.map(async (count, index) => {
        await passwords.salted(salting({ iterations: count }));
        order.push(index);
      }),
    );
    expect(order).toEqual([0, 1, 2, 3]);
  });

  test('goes on after a derivation that fails', async () => {
    const passwords = new SaltedPasswords();
    const failed = passwords.salted(salting({ iterations: 0.5 }));
    const next = passwords.salted(salting());
    await expect(failed).rejects.toThrow('iterations');
    expect(await next).toEqual(expected(salting()));
  });

  test('keeps no more results than its limit, and gives up the oldest', async () => {
    const passwords = new SaltedPasswords(2);
    const of = (salt: string): Promise<Buffer> => passwords.salted(salting({ salt: Buffer.from(salt) }));
    const [first, , third] = [await of('1'), await of('2'), await of('3')];
    // A result that was kept is the very same buffer.
    expect(await of('3')).toBe(third);
    const again = await of('1');
    expect(again).not.toBe(first);
    expect(again).toEqual(first);
  });
});
