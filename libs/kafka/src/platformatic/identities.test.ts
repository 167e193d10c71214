import { describe, expect, test } from '@jest/globals';
import { Identities } from './identities.ts';

describe('identities', () => {
  test('none is given before a producer id is known', async () => {
    const identities = new Identities(() => Promise.resolve(7n));
    expect(identities.has(1)).toBe(false);
    expect(() => identities.next()).toThrow('no producer id');
    await identities.renew();
    expect([identities.next(), identities.next()]).toEqual([
      { producerId: 7n, epoch: 0 },
      { producerId: 7n, epoch: 1 },
    ]);
  });

  test('when the epochs of a producer id are used up, another one is needed', async () => {
    let asked = 0n;
    const identities = new Identities(() => Promise.resolve((asked += 1n)));
    await Promise.all([identities.renew(), identities.renew()]);
    for (let epoch = 0; epoch <= 32_766; epoch += 1) identities.next();
    expect([identities.has(1), identities.has(2)]).toEqual([true, false]);
    expect(identities.next()).toEqual({ producerId: 1n, epoch: 32_767 });
    expect(() => identities.next()).toThrow('no producer id');
    await identities.renew();
    expect(identities.next()).toEqual({ producerId: 2n, epoch: 0 });
  });

  test('a question that failed is asked again', async () => {
    const answers = [() => Promise.reject(new Error('no broker')), () => Promise.resolve(3n)];
    const identities = new Identities(() => answers.shift()!());
    await expect(identities.renew()).rejects.toThrow('no broker');
    await identities.renew();
    expect(identities.next()).toEqual({ producerId: 3n, epoch: 0 });
  });
});
