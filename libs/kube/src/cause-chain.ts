import { field, isRecord } from './plain-data.ts';

/** A chain that is longer than this is most likely a circle. */
const longestChain = 20;

/**
 * An error, its cause, that one's cause and so on. Goes by shape and not by `instanceof Error`: errors of
 * Node's own modules belong to another realm when the code runs in a `vm` context, as it does under jest.
 */
export function causeChain(error: unknown): object[] {
  const chain: object[] = [];
  let current = error;
  while (isRecord(current) && chain.length < longestChain) {
    chain.push(current);
    current = field(current, 'cause');
  }
  return chain;
}
