import type { Informer } from './informer.ts';
import { InformerLoop } from './informer-loop.ts';
import { NamespaceInformer, type NamespaceInformerOptions } from './namespace-informer.ts';
import type { KubeObject } from './object.ts';

/** What {@link createManyInformers} takes. */
export interface ManyInformersOptions<T extends KubeObject> extends NamespaceInformerOptions<T> {
  /** The namespaces that are followed, each by a watch of its own; all of them, by one watch, when empty. */
  readonly namespaces: readonly string[];
}

/** Several collections as one. */
export interface ManyInformers<T extends KubeObject> extends Informer<T> {
  /** A sentence about each namespace that may not be read at present, for people who look at the health of a process. */
  warnings(): readonly string[];
}

/**
 * Follows a collection in some namespaces, or in all, and presents it as one cache.
 *
 * It has synced once each namespace was listed, or was refused for some time: one that is not there yet, or lacks the
 * Role of this system, is asked about again and again and holds up none of the others. A failure of any other kind, such
 * as an API server that is away, is waited for.
 */
export function createManyInformers<T extends KubeObject>(
  options: ManyInformersOptions<T>,
): ManyInformers<T> {
  return new ManyInformersLoop(options);
}

class ManyInformersLoop<T extends KubeObject> implements ManyInformers<T> {
  readonly synced: Promise<void>;
  readonly #members: readonly Informer<T>[];
  readonly #byNamespace: ReadonlyMap<string, NamespaceInformer<T>>;
  #parts: readonly (readonly T[])[] = [];
  #joined: readonly T[] = [];

  constructor({ namespaces, ...options }: ManyInformersOptions<T>) {
    const own = namespaces.map((namespace) => new NamespaceInformer(options, namespace));
    this.#byNamespace = new Map(own.map((member) => [member.namespace, member]));
    this.#members = own.length === 0 ? [new InformerLoop(options)] : own;
    this.synced = Promise.all(this.#members.map(({ synced }) => synced)).then(() => undefined);
    // Stopping early is no unhandled rejection for those who never asked.
    this.synced.catch(() => undefined);
  }

  start(): void {
    for (const member of this.#members) member.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#members.map((member) => member.stop()));
  }

  hasSynced(): boolean {
    return this.#members.every((member) => member.hasSynced());
  }

  get(namespace: string | undefined, name: string): T | undefined {
    const member = this.#byNamespace.size === 0 ? this.#members[0] : this.#byNamespace.get(namespace ?? '');
    return member?.get(namespace, name);
  }

  list(): readonly T[] {
    const parts = this.#members.map((member) => member.list());
    // Readers compare nothing and copy nothing, so that what is unchanged must stay the same array.
    if (parts.some((part, index) => part !== this.#parts[index])) {
      this.#parts = parts;
      this.#joined = parts.flat();
    }
    return this.#joined;
  }

  secondsSinceLastSign(): number {
    return Math.max(...this.#members.map((member) => member.secondsSinceLastSign()));
  }

  warnings(): readonly string[] {
    return [...this.#byNamespace.values()].flatMap((member) => member.warning() ?? []);
  }
}
