import { isUnderEventPolicy, kafkaSinkResource, parseKafkaSink, type KafkaSink } from '@event-sinks/crds';
import { SinkError } from '@event-sinks/errors';
import {
  createManyInformers,
  type Change,
  type KubeClient,
  type KubeObject,
  type ManyInformers,
} from '@event-sinks/kube';
import type { Clock, Logger } from '@event-sinks/runtime';
import { routeOf, servingOf, type SinkRoute } from '../domain/sink-route.ts';
import type { FollowedSecret, SecretWatches } from './secret-watches.ts';
import type { SinkEntries } from './sink-entries.ts';

/** What a {@link SinkSync} works with. */
export interface SinkSyncOptions {
  readonly client: KubeClient;
  /** All when empty. */
  readonly namespaces: readonly string[];
  readonly entries: SinkEntries;
  readonly secrets: SecretWatches;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: () => number;
  /** The sink is gone for good, and so is what was kept for it. */
  readonly onDeleted: (sink: {
    readonly namespace: string;
    readonly name: string;
    readonly uid: string;
  }) => void;
}

interface KnownSink {
  readonly route: SinkRoute;
  readonly secret: FollowedSecret | undefined;
}

/** Follows the KafkaSinks of these namespaces and the Secrets that they name, and keeps the directory in step. */
export class SinkSync {
  readonly #options: SinkSyncOptions;
  readonly #informer: ManyInformers<KubeObject>;
  readonly #known = new Map<string, KnownSink>();
  #hasSynced = false;

  constructor(options: SinkSyncOptions) {
    const { client, namespaces, logger, clock, random } = options;
    this.#options = options;
    this.#informer = createManyInformers<KubeObject>({
      ...{ client, namespaces, logger, clock, random, resource: kafkaSinkResource, reduce: withoutStatus },
      onChange: (change) => {
        this.#take(change);
      },
    });
  }

  start(): void {
    this.#informer.start();
  }

  /** Resolves when every producer is closed. */
  async stop(): Promise<void> {
    await this.#informer.stop();
    await this.#options.secrets.stop();
    await this.#options.entries.close();
  }

  /**
   * Every sink that was there at the start is known, and its Secret asked for: a new replica that took events before
   * would refuse those of sinks with credentials. Sinks that are made later do not turn it false again.
   */
  hasSynced(): boolean {
    this.#hasSynced ||= this.#informer.hasSynced() && this.#options.secrets.areTried();
    return this.#hasSynced;
  }

  secondsSinceLastSign(): number {
    return this.#informer.secondsSinceLastSign();
  }

  /** About namespaces whose KafkaSinks cannot be seen. */
  warnings(): readonly string[] {
    return this.#informer.warnings();
  }

  #take({ type, object }: Change<KubeObject>): void {
    const { namespace = '', name, uid = '' } = object.metadata;
    const key = `${namespace}/${name}`;
    if (type === 'deleted') {
      this.#options.entries.remove(key);
      this.#forget(key);
      this.#options.onDeleted({ namespace, name, uid });
      return;
    }
    const parsed = parseKafkaSink(object);
    if (parsed.ok) this.#route(key, routeOf(parsed.value));
    else {
      this.#options.logger.warn('A KafkaSink cannot be read', { namespace, name, problems: parsed.problems });
      this.#options.entries.refuse(
        key,
        new SinkError('KafkaUnavailable', { detail: parsed.problems.join('; ') }),
      );
      this.#forget(key);
    }
  }

  #route(key: string, route: SinkRoute): void {
    const before = this.#known.get(key);
    // The controller's writes to the status come by, too.
    if (before !== undefined && isSameVersion(before.route, route)) return;
    const secret = this.#follow(key, route);
    this.#known.set(key, { route, secret });
    this.#serve(key);
    // After the new one, so that a watch that both share goes on.
    before?.secret?.close();
  }

  #follow(key: string, { namespace, secretName, isTerminating }: SinkRoute): FollowedSecret | undefined {
    if (secretName === undefined || isTerminating) return undefined;
    return this.#options.secrets.follow({ namespace, name: secretName }, () => {
      this.#serve(key);
    });
  }

  #serve(key: string): void {
    const known = this.#known.get(key);
    if (known === undefined) return;
    this.#options.entries.put(key, known.route, servingOf(known.route, known.secret?.state()));
  }

  #forget(key: string): void {
    const known = this.#known.get(key);
    this.#known.delete(key);
    known?.secret?.close();
  }
}

function isSameVersion(one: SinkRoute, other: SinkRoute): boolean {
  return (
    one.uid === other.uid &&
    one.generation === other.generation &&
    one.isTerminating === other.isTerminating &&
    one.isUnderPolicy === other.isUnderPolicy
  );
}

/** A thousand sinks are kept in memory; of what others write into them only the policies are needed here. */
function withoutStatus(object: KubeObject): KubeObject {
  const { apiVersion, kind, metadata, spec, status } = object as KubeObject & Pick<KafkaSink, 'status'>;
  const { name, namespace, uid, generation, resourceVersion, deletionTimestamp } = metadata;
  const kept = { name, namespace, uid, generation, resourceVersion };
  return {
    ...{ apiVersion, kind, spec },
    ...(isUnderEventPolicy(status) && { status: policiesOf(status) }),
    metadata: deletionTimestamp === undefined ? kept : { ...kept, deletionTimestamp },
  };
}

function policiesOf(
  status: KafkaSink['status'],
): Pick<NonNullable<KafkaSink['status']>, 'policies' | 'conditions'> {
  const conditions = status?.conditions?.filter(({ type }) => type === 'EventPoliciesReady');
  return { policies: status?.policies, conditions };
}
