import type {
  CallbackWithPromise,
  Connection,
  ConnectionOptions as ClientOptions,
  SASLOptions,
  saslAuthenticateV2,
} from '@platformatic/kafka';
import type { ConnectionOptions, RequestLimits } from '../connection.ts';
import { authenticate, saslCredentials, type SaslCredentials } from '../sasl.ts';
import { tlsOptions } from '../tls-options.ts';

/** How connections are opened; an `OAUTHBEARER` connection must have its source of tokens (`withTokens`). */
export function clientOptions({ security, tokens }: ConnectionOptions, limits: RequestLimits): ClientOptions {
  const tls = tlsOptions(security);
  const sasl = security?.sasl;
  return {
    // One limit until the connection can be used, so the time to authenticate is in it.
    connectTimeout: limits.connectTimeoutMs + (sasl === undefined ? 0 : limits.requestTimeoutMs),
    requestTimeout: limits.requestTimeoutMs,
    ...(tls === undefined ? {} : { tls }),
    ...(sasl === undefined ? {} : { sasl: saslOptions(saslCredentials(sasl, tokens)) }),
  };
}

/**
 * Our own mechanisms, as for the other driver: the client's take a bearer token that the broker refuses for
 * accepted.
 */
function saslOptions(credentials: SaslCredentials): SASLOptions {
  return {
    mechanism: credentials.mechanism,
    authenticate: (...[, connection, api, , , , callback]) => {
      void prove(credentials, { connection, api }, callback);
    },
  };
}

interface Door {
  readonly connection: Connection;
  readonly api: saslAuthenticateV2.SASLAuthenticationAPI;
}

async function prove(
  credentials: SaslCredentials,
  { connection, api }: Door,
  callback: CallbackWithPromise<saslAuthenticateV2.SaslAuthenticateResponse>,
): Promise<void> {
  let last: saslAuthenticateV2.SaslAuthenticateResponse | undefined;
  try {
    await authenticate(credentials, async (message) => {
      last = await api.async(connection, message);
      return last.authBytes;
    });
  } catch (error) {
    callback(error instanceof Error ? error : new Error(String(error)));
    return;
  }
  callback(null, last);
}
