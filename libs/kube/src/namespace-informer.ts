import type { Logger, Timer } from '@event-sinks/runtime';
import type { Informer, InformerOptions } from './informer.ts';
import { InformerLoop } from './informer-loop.ts';
import type { KubeObject } from './object.ts';

/** What a {@link NamespaceInformer} takes beside its namespace. */
export type NamespaceInformerOptions<T extends KubeObject> = Omit<
  InformerOptions<T>,
  'namespace' | 'retryForbiddenMs' | 'onRefusal'
>;

/** A right that is given, or a namespace that is mended, is noticed after about so long. */
const retryForbiddenMs = 5_000;
/** A new right takes a moment to reach every API server; a refusal that lasts longer is taken as meant. */
const refusalGraceMs = 10_000;

const mend =
  'there is no such namespace, or it lacks the Role of this release. Create the namespace if need be, then run helm ' +
  'upgrade, which brings the Role; or take the namespace out of watchNamespaces';

/** One namespace, which counts as synced, and as empty, when it may not be read. */
export class NamespaceInformer<T extends KubeObject> implements Informer<T> {
  readonly namespace: string;
  readonly synced: Promise<void>;
  readonly #options: NamespaceInformerOptions<T>;
  readonly #loop: InformerLoop<T>;
  readonly #givenUp = Promise.withResolvers<undefined>();
  #isGivenUp = false;
  #isRefused = false;
  #patience: Timer | undefined;

  constructor(options: NamespaceInformerOptions<T>, namespace: string) {
    this.namespace = namespace;
    this.#options = options;
    this.#loop = new InformerLoop({
      ...{ ...options, namespace, retryForbiddenMs },
      onRefusal: (isRefused) => {
        this.#noteRefusal(isRefused);
      },
    });
    this.synced = Promise.race([this.#loop.synced, this.#givenUp.promise]);
    this.synced.catch(() => undefined);
  }

  start(): void {
    this.#loop.start();
  }

  async stop(): Promise<void> {
    this.#patience?.cancel();
    await this.#loop.stop();
  }

  hasSynced(): boolean {
    return this.#isGivenUp || this.#loop.hasSynced();
  }

  get(namespace: string | undefined, name: string): T | undefined {
    return this.#loop.get(namespace, name);
  }

  list(): readonly T[] {
    return this.#loop.list();
  }

  secondsSinceLastSign(): number {
    return this.#loop.secondsSinceLastSign();
  }

  /** A sentence for people while the API server refuses us. */
  warning(): string | undefined {
    if (!this.#isRefused) return undefined;
    return `No right to read ${this.#options.resource.plural} in the namespace ${this.namespace}: ${mend}.`;
  }

  #noteRefusal(isRefused: boolean): void {
    const { clock, logger, resource } = this.#options;
    this.#isRefused = isRefused;
    this.#patience?.cancel();
    tell(logger, isRefused, { resource: resource.plural, namespace: this.namespace });
    if (!isRefused || this.hasSynced()) return;
    this.#patience = clock.setTimeout(() => {
      this.#isGivenUp = true;
      this.#givenUp.resolve(undefined);
    }, refusalGraceMs);
  }
}

function tell(
  logger: Logger,
  isRefused: boolean,
  fields: { readonly resource: string; readonly namespace: string },
): void {
  if (isRefused) logger.warn('A watched namespace may not be read', { ...fields, mend });
  else logger.info('A watched namespace may be read now', fields);
}
