import type { Clock } from '@event-sinks/runtime';
import type { HttpExchange } from './http-exchange.ts';

/** How long a refused sender may go on sending, and how much: throwing away costs little, a lost answer a retry. */
export const lingerMs = 2_000;
const lingerBytes = 64 * 1024 * 1024;

/**
 * Sends the answer while the body is still coming, and closes only when the sender has stopped.
 *
 * Closing at once would reset the connection (RFC 9112, 9.6), and the reset can overtake the answer. What is
 * still coming is thrown away, up to a bound in bytes and time.
 */
export function linger(exchange: HttpExchange, { clock }: { readonly clock: Clock }): void {
  const { request, response } = exchange;
  let left = lingerBytes;
  const finish = (): void => {
    timer.cancel();
    request.off('data', discard);
    response.end();
  };
  const discard = (chunk: Buffer): void => {
    left -= chunk.length;
    if (left < 0) finish();
  };
  const timer = clock.setTimeout(finish, lingerMs);
  request.on('data', discard);
  request.once('end', finish);
  request.once('close', finish);
  response.flushHeaders();
}
