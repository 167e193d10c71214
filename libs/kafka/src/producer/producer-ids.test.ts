import { describe, expect, test } from '@jest/globals';
import { ProducerIds } from './producer-ids.ts';

describe('producer ids', () => {
  test('none is given before a producer id is known', async () => {
    const ids = new ProducerIds(() => Promise.resolve(7n));
    expect(ids.has(1)).toBe(false);
    expect(() => ids.next()).toThrow('no producer id');
    await ids.renew();
    expect([ids.next(), ids.next()]).toEqual([
      { producerId: 7n, epoch: 0 },
      { producerId: 7n, epoch: 1 },
    ]);
  });

  test('when the epochs of a producer id are used up, another one is needed', async () => {
    let asked = 0n;
    const ids = new ProducerIds(() => Promise.resolve((asked += 1n)));
    await Promise.all([ids.renew(), ids.renew()]);
    for (let epoch = 0; epoch <= 32_766; epoch += 1) ids.next();
    expect([ids.has(1), ids.has(2)]).toEqual([true, false]);
    expect(ids.next()).toEqual({ producerId: 1n, epoch: 32_767 });
    expect(() => ids.next()).toThrow('no producer id');
    await ids.renew();
    expect(ids.next()).toEqual({ producerId: 2n, epoch: 0 });
  });

  test('a question that failed is asked again', async () => {
    const answers = [() => Promise.reject(new Error('no broker')), () => Promise.resolve(3n)];
    const ids = new ProducerIds(() => answers.shift()!());
    await expect(ids.renew()).rejects.toThrow('no broker');
    await ids.renew();
    expect(ids.next()).toEqual({ producerId: 3n, epoch: 0 });
  });
});
