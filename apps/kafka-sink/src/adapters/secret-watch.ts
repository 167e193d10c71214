import { readCredentials, securityKey, type CredentialsReading } from '@event-sinks/kafka';
import { createInformer, secrets, type Informer, type KubeClient, type KubeObject } from '@event-sinks/kube';
import type { Clock, Logger, Timer } from '@event-sinks/runtime';
import type { CredentialsState } from '../domain/credentials-state.ts';

/** Which Secret. */
export interface SecretName {
  readonly namespace: string;
  readonly name: string;
}

/** What a {@link SecretWatch} works with. */
export interface SecretWatchOptions {
  readonly client: Pick<KubeClient, 'list' | 'stream'>;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: () => number;
}

type SecretValues = Readonly<Record<string, string>>;

/** A Secret reduced to what it says about Kafka; `data` is kept only while that cannot be used. */
interface ReadSecret extends KubeObject {
  readonly reading?: CredentialsReading;
  readonly data?: SecretValues;
}

/** The controller binds the right to read a moment after a sink first names a Secret in its namespace. */
const retryForbiddenMs = 1_000;
/** Other failures are those of an API server that is away; nobody waits half a minute for a Secret after that. */
const backoffCapMs = 10_000;
/** A certificate whose time has not come, because of a clock that lags, becomes valid without any change. */
const rereadMs = 5_000;

/**
 * Follows one Secret by its name, so that no right to see the others of its namespace is used. What was read stays
 * in use when the right to read it is taken away later: a slip with roles must not refuse events.
 */
export class SecretWatch {
  readonly #secret: SecretName;
  readonly #options: SecretWatchOptions;
  readonly #onChange: () => void;
  readonly #informer: Informer<ReadSecret>;
  #state: CredentialsState = { state: 'unread' };
  #isTried = false;
  #reread: Timer | undefined;

  constructor(secret: SecretName, options: SecretWatchOptions, onChange: () => void) {
    this.#secret = secret;
    this.#options = options;
    this.#onChange = onChange;
    this.#informer = createInformer<ReadSecret>({
      ...options,
      ...{ resource: secrets, namespace: secret.namespace, fieldSelector: `metadata.name=${secret.name}` },
      ...{ retryForbiddenMs, backoffCapMs, reduce: (object) => reduced(object, options.clock) },
      onChange: ({ type, object }) => {
        this.#take(type === 'deleted' ? undefined : object);
      },
      metrics: {
        listed: () => {
          this.#isTried = true;
          if (this.#informer.list().length === 0) this.#take(undefined);
        },
        failed: (reason) => {
          this.#isTried = true;
          if (reason === 'forbidden' && this.#state.state === 'unread') this.#become({ state: 'forbidden' });
        },
      },
    });
  }

  start(): void {
    this.#informer.start();
  }

  async stop(): Promise<void> {
    this.#reread?.cancel();
    await this.#informer.stop();
  }

  state(): CredentialsState {
    return this.#state;
  }

  /** Whether the API server was asked at least once, whatever it said. */
  isTried(): boolean {
    return this.#isTried;
  }

  secondsSinceLastSign(): number {
    return this.#informer.secondsSinceLastSign();
  }

  #take(object: ReadSecret | undefined): void {
    this.#reread?.cancel();
    if (object?.reading === undefined) {
      this.#become({ state: 'missing' });
      return;
    }
    const { reading, data } = object;
    if (reading.ok) {
      const { security } = reading;
      this.#become({ state: 'valid', security, digest: securityKey(security) });
      return;
    }
    const { reason, key, message } = reading;
    if (this.#become({ state: 'invalid', message }))
      this.#options.logger.warn('A Secret of a KafkaSink cannot be used', { ...this.#secret, reason, key });
    const { clock } = this.#options;
    this.#reread = clock.setTimeout(() => {
      this.#take({ ...object, reading: readCredentials(data ?? {}, clock.now()) });
    }, rereadMs);
  }

  /** @returns whether that is news. */
  #become(state: CredentialsState): boolean {
    if (isSame(this.#state, state)) return false;
    this.#state = state;
    this.#onChange();
    return true;
  }
}

/** Secrets hold what is not for Kafka too, and up to a megabyte of it. */
function reduced({ apiVersion, kind, metadata, data = {} }: ReadSecret, clock: Clock): ReadSecret {
  const { namespace, name, uid, resourceVersion } = metadata;
  const reading = readCredentials(data, clock.now());
  const kept = { apiVersion, kind, metadata: { namespace, name, uid, resourceVersion }, reading };
  return reading.ok ? kept : { ...kept, data };
}

function isSame(one: CredentialsState, other: CredentialsState): boolean {
  if (one.state === 'valid' && other.state === 'valid') return one.digest === other.digest;
  if (one.state === 'invalid' && other.state === 'invalid') return one.message === other.message;
  return one.state === other.state;
}
