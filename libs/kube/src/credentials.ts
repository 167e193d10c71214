import { HttpMethod, RequestContext, type KubeConfig } from '@kubernetes/client-node';
import type { Dispatcher } from 'undici';
import { useDispatcher, type DispatcherFactory } from './dispatcher.ts';

/** Everything a request needs to reach the API server as us. */
export interface Connection {
  readonly origin: string;
  /** Path in front of `/api`, for servers behind a proxy; empty or without a slash at the end. */
  readonly basePath: string;
  /** Credentials; never to be logged. */
  readonly headers: Readonly<Record<string, string>>;
  readonly dispatcher: Dispatcher;
}

/** What {@link createCredentials} takes. */
export interface CredentialsOptions {
  /** Reads the configuration; called again after an answer of 401. */
  readonly load: () => KubeConfig;
  readonly dispatcher: DispatcherFactory;
  /** Milliseconds that never go back. */
  readonly monotonic: () => number;
}

/** Who we are to the API server, kept fresh. */
export interface Credentials {
  /** Throws what client-node throws when files are missing or an exec plugin fails. */
  current(): Promise<Connection>;
  /** After a 401: the connection to try again with, or undefined when nothing newer than `used` is to be had. */
  renew(used: Connection): Promise<Connection | undefined>;
}

/** client-node reads CA and token files synchronously on each call; at this interval the cost disappears. */
const checkIntervalMs = 5_000;
/** Not more often than this, or a token that stays refused would start an exec plugin per request. */
const renewIntervalMs = 1_000;

/**
 * client-node's own authentication behind a short cache.
 *
 * Its in-cluster token is read from the file again only after 60 s. The kubelet rotates a token at 80 % of its
 * life, so that is normally early enough; a 401 makes us start from the files at once, for tokens that were
 * revoked or live shorter.
 */
export function createCredentials(options: CredentialsOptions): Credentials {
  const { load, dispatcher, monotonic } = options;
  let config = loadWith(load, dispatcher);
  let cached: { readonly at: number; readonly connection: Promise<Connection> } | undefined;
  let renewedAt = Number.NEGATIVE_INFINITY;

  const connect = (): Promise<Connection> => {
    const previous = cached?.connection;
    const connection = authenticate(config).catch((error: unknown) => {
      // A file that is being replaced may be absent for a moment; what worked so far most likely still does.
      if (previous !== undefined) return previous;
      cached = undefined;
      throw error;
    });
    cached = { at: monotonic(), connection };
    return connection;
  };

  const current = (): Promise<Connection> =>
    cached !== undefined && monotonic() - cached.at < checkIntervalMs ? cached.connection : connect();

  const renew = async (used: Connection): Promise<Connection | undefined> => {
    if (monotonic() - renewedAt >= renewIntervalMs) {
      renewedAt = monotonic();
      config = loadWith(load, dispatcher);
      void connect().catch(() => undefined);
    }
    const fresh = await current();
    return isSame(fresh, used) ? undefined : fresh;
  };

  return { current, renew };
}

function loadWith(load: () => KubeConfig, dispatcher: DispatcherFactory): KubeConfig {
  const config = load();
  if (config.getCurrentCluster() === null)
    throw new Error('The kubeconfig has no current context with a cluster.');
  useDispatcher(config, dispatcher);
  return config;
}

async function authenticate(config: KubeConfig): Promise<Connection> {
  const server = new URL(config.getCurrentCluster()?.server ?? '');
  const context = new RequestContext(server.href, HttpMethod.GET);
  await config.applySecurityAuthentication(context);
  const dispatcher = context.getDispatcher();
  if (dispatcher === undefined) throw new Error('client-node gave no dispatcher.');
  return {
    origin: server.origin,
    basePath: server.pathname.replace(/\/+$/, ''),
    headers: trimValues(context.getHeaders()),
    dispatcher,
  };
}

/** A token file that ends with a newline would otherwise make an illegal header, and every request fail. */
function trimValues(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.trim()]));
}

function isSame(left: Connection, right: Connection): boolean {
  return (
    left.dispatcher === right.dispatcher && JSON.stringify(left.headers) === JSON.stringify(right.headers)
  );
}
