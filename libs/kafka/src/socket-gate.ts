import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import { checkServerIdentity, connect as connectTls, type ConnectionOptions } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';
import type { AddressGuard } from './network/address-guard.ts';
import { allowedAddresses, originOf, type BrokerAddress } from './network/broker-address.ts';
import { alreadyResolved } from './network/open-connection.ts';

/** Opens a client's sockets, until it is shut for good. */
export interface SocketGate {
  readonly open: ISocketFactory;
  /** Breaks every socket and lets none be opened again. */
  shut(): void;
}

/** What kafkajs is told about a socket that was broken or refused on purpose. */
export const givenUp = 'the client was given up';

const keepAliveMs = 60_000;

/** What a {@link SocketGate} works with. */
export interface SocketGateOptions {
  readonly guard: AddressGuard;
  readonly bootstrapServers: readonly string[];
}

/**
 * kafkajs cannot be stopped: a send that was given up goes on retrying behind our back, reconnecting after its
 * producer was disconnected, and would write an event that its sender was told is not stored after a newer one
 * of the same key. Without sockets it ends. Every socket goes to an address that the guard has allowed.
 */
export function socketGate({ guard, bootstrapServers }: SocketGateOptions): SocketGate {
  const sockets = new Set<Socket>();
  let isShut = false;
  return {
    open({ host, port, ssl, onConnect }) {
      if (isShut) throw new Error(givenUp);
      const broker = { host, port, origin: originOf(bootstrapServers, { host, port }) };
      const address = {
        // Node asks no look-up about an address, and the guard has to be asked about those as well.
        ...{ host: 'resolved-by-the-guard', port, lookup: guardedLookup(guard, broker) },
        ...{ noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAliveMs },
      };
      // kafkajs hands on its `ssl` setting, which is absent without TLS, whatever its types say.
      const tls = ssl as ConnectionOptions | undefined;
      const socket = tls
        ? connectTls({ ...tls, ...address, ...identityOf(host) }, onConnect)
        : connect(address, onConnect);
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      return socket;
    },
    shut() {
      isShut = true;
      // With an error: kafkajs listens for that and for the other side's end, not for a mere close.
      for (const socket of sockets) socket.destroy(new Error(givenUp));
    },
  };
}

/** Whom TLS asks for, and whose certificate it accepts. RFC 6066: a server name is no address. */
function identityOf(host: string): ConnectionOptions {
  if (isIP(host) === 0) return { servername: host };
  return { checkServerIdentity: (_name, certificate) => checkServerIdentity(host, certificate) };
}

function guardedLookup(guard: AddressGuard, broker: BrokerAddress): LookupFunction {
  return (host, options, callback) => {
    allowedAddresses(guard, broker).then(
      (addresses) => {
        alreadyResolved(addresses)(host, options, callback);
      },
      (error: unknown) => {
        callback(error instanceof Error ? error : new Error(String(error)), '');
      },
    );
  };
}
