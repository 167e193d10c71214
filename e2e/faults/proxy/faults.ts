import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './rules.ts';

/** Passes the call on after a while. */
export const delay =
  (ms: number): Fault =>
  async (exchange) => {
    await sleep(ms);
    await exchange.pass(await exchange.forward());
  };

/** Answers without asking the API server. */
export const refuse =
  (status: number, reason: string, retryAfterSeconds?: number): Fault =>
  (exchange) =>
    exchange.refuse(
      status,
      reason,
      retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) },
    );

/** The connection breaks before the API server hears of the call. */
export const resetBeforeForwarding: Fault = (exchange) => {
  exchange.reset();
  return Promise.resolve();
};

/** The call is done, and nobody learns of it. */
export const commitThenDrop: Fault = async (exchange) => {
  await exchange.forward();
  exchange.reset();
};

/** The call is done, and its answer breaks off in the middle. */
export const halfBody: Fault = async (exchange) => {
  await exchange.passHalf(await exchange.forward());
  exchange.reset();
};

/** The call goes nowhere and is not answered. */
export const hang: Fault = (exchange) => exchange.hangUp();

/** Where a {@link hold} stops a call. */
export type HoldAt = 'before-send' | 'after-commit' | 'half-answer' | 'after-answer';

/** A call that stands still at a known place. */
export interface Hold {
  readonly fault: Fault;
  /** Resolves when a call has got there. */
  readonly reached: Promise<void>;
  release(): void;
}

/** Stops a call at one of four places until it is released; `after-answer` only tells and does not stop. */
export function hold(at: HoldAt): Hold {
  const arrived: PromiseWithResolvers<void> = Promise.withResolvers();
  const released: PromiseWithResolvers<void> = Promise.withResolvers();
  const stop = async (): Promise<void> => {
    arrived.resolve();
    await released.promise;
  };
  const fault: Fault = async (exchange) => {
    if (at === 'before-send') {
      await stop();
      // A process that died before it sent has sent nothing.
      if (exchange.abandoned) return;
    }
    const answer = await exchange.forward();
    if (at === 'after-commit') await stop();
    if (at === 'half-answer') {
      const rest = await exchange.passHalf(answer);
      await stop();
      await rest();
      return;
    }
    await exchange.pass(answer);
    if (at === 'after-answer') arrived.resolve();
  };
  return {
    fault,
    reached: arrived.promise,
    release: () => {
      released.resolve();
    },
  };
}
