import { expect, test } from '@jest/globals';
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { ConnectionLimit } from './connection-limit.ts';

/** A connection from an address. */
class FakeSocket extends EventEmitter {
  readonly remoteAddress: string;
  destroyed = false;

  constructor(remoteAddress: string) {
    super();
    this.remoteAddress = remoteAddress;
  }

  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }
}

function limited(max: number, maxPerPeer?: number) {
  const busy = new Set<unknown>();
  let cut = 0;
  const limit = new ConnectionLimit({
    max,
    ...(maxPerPeer === undefined ? {} : { maxPerPeer }),
    isBusy: (socket) => busy.has(socket),
    onCut: () => (cut += 1),
  });
  const open = (address: string) => {
    const socket = new FakeSocket(address);
    return { socket, taken: limit.take(socket as unknown as Socket) };
  };
  return { limit, busy, open, cuts: () => cut };
}

test('a peer that opens connections without end loses its own oldest ones', () => {
  const { limit, open, cuts } = limited(10);
  const quiet = [open('10.0.0.1'), open('10.0.0.1')];
  const greedy = Array.from({ length: 100 }, () => open('10.0.0.2'));
  expect(quiet.map(({ socket }) => socket.destroyed)).toEqual([false, false]);
  expect(greedy.filter(({ socket }) => !socket.destroyed)).toEqual(greedy.slice(-8));
  expect(open('10.0.0.3').taken).toBe(true);
  expect([limit.count, cuts()]).toEqual([10, 93]);
});

test('a connection on which a request is served is never cut; a new one is refused instead', () => {
  const { busy, open } = limited(2);
  const [first, second] = [open('10.0.0.2'), open('10.0.0.2')];
  busy.add(first.socket);
  expect(open('10.0.0.2').taken).toBe(true);
  expect([first.socket.destroyed, second.socket.destroyed]).toEqual([false, true]);
  busy.add(first.socket);
  const { busy: allBusy, open: openMore } = limited(1);
  allBusy.add(openMore('10.0.0.2').socket);
  expect(openMore('10.0.0.1').taken).toBe(false);
});

test('a peer has no more connections than it may, also while there is room', () => {
  const { limit, open } = limited(10, 2);
  const [first] = [open('10.0.0.2'), open('10.0.0.2'), open('10.0.0.2')];
  expect([limit.count, first.socket.destroyed]).toEqual([2, true]);
  expect(open('10.0.0.3').taken).toBe(true);
});

test('a connection that is closed makes room for another', () => {
  const { limit, open, cuts } = limited(1);
  for (let count = 0; count < 5; count++) open('10.0.0.1').socket.destroy();
  expect([limit.count, cuts()]).toEqual([0, 0]);
});
