import { SinkError } from '@event-sinks/errors';
import { BodyChunks } from '@event-sinks/runtime';
import type { Admission } from './budget.ts';
import { ClientGone } from './exchange.ts';
import type { HttpExchange } from './http-exchange.ts';

/**
 * Collects the body. Rejects with `EventTooLarge` or `Overloaded` at the chunk that is too much, with what
 * interrupts the exchange, and with {@link ClientGone} when the connection ends first.
 */
export function readBody(exchange: HttpExchange, admission: Admission, maxBytes: number): Promise<Buffer> {
  const { request } = exchange;
  return new Promise((resolve, reject) => {
    let chunks = new BodyChunks();
    // The request lives as long as its connection, which may be idle or still sending; nothing of the body may live on.
    const detach = (): void => {
      exchange.reading = false;
      request.off('data', take).off('end', finish).off('error', leave).off('close', leave);
      chunks = new BodyChunks();
    };
    const fail = (error: Error): void => {
      detach();
      reject(error);
    };
    const finish = (): void => {
      const body = chunks.join();
      detach();
      resolve(body);
    };
    const take = (chunk: Buffer): void => {
      const isTooLarge = chunks.length + chunk.length > maxBytes;
      const refusal = isTooLarge ? tooLarge(maxBytes) : grow(admission, chunk.length);
      if (refusal !== undefined) fail(refusal);
      else chunks.add(chunk);
    };
    const leave = (): void => {
      if (!request.complete) fail(new ClientGone());
    };
    if (request.destroyed && !request.complete) {
      leave();
      return;
    }
    // Broken while it was being authorized: no further byte will come.
    if (exchange.broken) {
      fail(new SinkError('MalformedRequest'));
      return;
    }
    exchange.reading = true;
    exchange.onInterrupt(fail);
    request.on('data', take);
    // An empty body waits for its end as well: answering it sooner would let it overtake a pipelined one.
    request.on('end', finish);
    request.on('error', leave);
    request.on('close', leave);
  });
}

function tooLarge(limit: number): SinkError {
  return new SinkError('EventTooLarge', { facts: { problem: 'bodyTooLarge', limit } });
}

function grow(admission: Admission, bytes: number): SinkError | undefined {
  try {
    admission.grow(bytes);
    return undefined;
  } catch (error) {
    return error as SinkError;
  }
}
