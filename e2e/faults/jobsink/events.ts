import type { LedgerEvent } from '../ledger.ts';

/** An event of about 300 bytes whose payload tells it from every other. */
export function eventFor(namespace: string, sink: string, id: string): LedgerEvent {
  const data = JSON.stringify({ namespace, sink, id, text: 'x'.repeat(200) });
  return { namespace, sink, source: '/faults', id, data };
}
