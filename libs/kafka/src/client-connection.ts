import { Connection, type ConnectionOptions as ClientOptions } from '@platformatic/kafka';

/** A connection that is not open yet; its failures reach the requests that they belong to, and nobody else. */
export function clientConnection(clientId: string, options: ClientOptions): Connection {
  const connection = new Connection(clientId, options);
  // An event without a listener would be thrown.
  connection.on('error', () => undefined);
  // Only `close` calls off the renewal of a login: a connection whose socket is gone, broken or destroyed, would be held
  // until then, for most of the life of a token, and would try it.
  connection.once('close', () => {
    connection.close(() => undefined);
  });
  return connection;
}
