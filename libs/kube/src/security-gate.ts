import { SinkError, type ErrorCode } from '@event-sinks/errors';
import type { Clock, Logger } from '@event-sinks/runtime';
import type { KubeClient } from './client.ts';
import {
  featuresConfigMap,
  noSecurityFeatures,
  readSecurityFeatures,
  type SecurityFeatures,
} from './features.ts';
import type { Change } from './informer-cache.ts';
import { createInformer, type Informer } from './informer.ts';
import type { KubeObject } from './object.ts';
import { configMaps } from './resources.ts';

/** What {@link createSecurityGate} takes. */
export interface SecurityGateOptions {
  readonly client: Pick<KubeClient, 'list' | 'stream'>;
  /** Where the ConfigMap is. */
  readonly systemNamespace: string;
  /** The operator accepts that events are stored although what is asked for is not enforced. */
  readonly acceptsUnenforced: boolean;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: () => number;
  /** The answers may be others from now on. */
  readonly onChange?: () => void;
}

/**
 * Keeps events away from sinks whose protection this version does not enforce. It is a stop-gap until authentication,
 * EventPolicies and TLS are enforced.
 */
export interface SecurityGate {
  start(): void;
  stop(): Promise<void>;
  /** Until the features are known every sink is refused. */
  hasSynced(): boolean;
  secondsSinceLastSign(): number;
  /** Why events of a sink are refused now. It compares booleans, so that it can be asked for each event. */
  refusal(isUnderPolicy: boolean): ErrorCode | undefined;
  /** @throws SinkError with the code of {@link refusal}. */
  assertOpen(isUnderPolicy: boolean): void;
  /** Whether events of such a sink are stored only because the operator accepts it. */
  isAccepted(isUnderPolicy: boolean): boolean;
}

/** Follows the ConfigMap for as long as it runs. Without it, or without its keys, the features are off. */
export function createSecurityGate(options: SecurityGateOptions): SecurityGate {
  return new ConfigMapGate(options);
}

/** No sink is served before the features are known, so the API server is asked soon after an outage. */
const backoffCapMs = 5_000;

interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

class ConfigMapGate implements SecurityGate {
  readonly #options: SecurityGateOptions;
  readonly #informer: Informer<ConfigMap>;
  #features: SecurityFeatures = noSecurityFeatures;

  constructor(options: SecurityGateOptions) {
    const { client, systemNamespace, logger, clock, random } = options;
    this.#options = options;
    this.#informer = createInformer<ConfigMap>({
      ...{ client, logger, clock, random },
      resource: configMaps,
      namespace: systemNamespace,
      fieldSelector: `metadata.name=${featuresConfigMap}`,
      backoffCapMs,
      onChange: (change) => {
        this.#take(change);
      },
    });
  }

  start(): void {
    this.#informer.start();
  }

  stop(): Promise<void> {
    return this.#informer.stop();
  }

  hasSynced(): boolean {
    return this.#informer.hasSynced();
  }

  secondsSinceLastSign(): number {
    return this.#informer.secondsSinceLastSign();
  }

  refusal(isUnderPolicy: boolean): ErrorCode | undefined {
    if (this.#options.acceptsUnenforced) return undefined;
    return this.#demand(isUnderPolicy) ?? (this.hasSynced() ? undefined : 'ApiServerUnavailable');
  }

  assertOpen(isUnderPolicy: boolean): void {
    const code = this.refusal(isUnderPolicy);
    if (code !== undefined) throw new SinkError(code);
  }

  isAccepted(isUnderPolicy: boolean): boolean {
    return this.#options.acceptsUnenforced && this.#demand(isUnderPolicy) !== undefined;
  }

  /** What would have to be enforced, and is not. */
  #demand(isUnderPolicy: boolean): ErrorCode | undefined {
    const { authentication, strictTransport } = this.#features;
    if (authentication || isUnderPolicy) return 'AuthorizationNotSupported';
    return strictTransport ? 'TransportEncryptionNotSupported' : undefined;
  }

  #take({ type, object }: Change<ConfigMap>): void {
    const features = type === 'deleted' ? noSecurityFeatures : readSecurityFeatures(object.data);
    const before = this.#features;
    this.#features = features;
    if (
      before.authentication === features.authentication &&
      before.strictTransport === features.strictTransport
    )
      return;
    this.#tell(features);
    this.#options.onChange?.();
  }

  #tell(features: SecurityFeatures): void {
    const { logger, acceptsUnenforced } = this.#options;
    const fields = { configMap: featuresConfigMap, ...features };
    if (!features.authentication && !features.strictTransport)
      logger.info('No security feature is asked for that this version does not enforce', fields);
    else if (acceptsUnenforced)
      logger.warn('Events are stored although a security feature that is asked for is not enforced', fields);
    else
      logger.error(
        'Events are refused: a security feature is asked for that this version does not enforce',
        fields,
      );
  }
}
