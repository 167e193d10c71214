import type { CredentialsState } from '../domain/credentials-state.ts';
import { SecretWatch, type SecretName, type SecretWatchOptions } from './secret-watch.ts';

/** A share in the watch of a Secret, for one sink. */
export interface FollowedSecret {
  state(): CredentialsState;
  /** Gives the share back; the last one ends the watch. A second call does nothing. */
  close(): void;
}

/** What {@link SecretWatches} takes. */
export interface SecretWatchesOptions extends SecretWatchOptions {
  /** Secrets that are followed at once, each by a connection of its own; more have to wait for their turn. */
  readonly maxSecrets: number;
}

interface Followed {
  readonly secret: SecretName;
  readonly listeners: Set<() => void>;
  /** Absent while there are more Secrets than may be followed. */
  watch: SecretWatch | undefined;
}

/** One watch for each Secret that sinks name, whatever the number of sinks that name it. */
export class SecretWatches {
  readonly #options: SecretWatchesOptions;
  readonly #followed = new Map<string, Followed>();
  readonly #closing = new Set<Promise<void>>();
  #watching = 0;

  constructor(options: SecretWatchesOptions) {
    this.#options = options;
  }

  /** `onChange` is called when {@link FollowedSecret.state} says something else than before, and never at once. */
  follow(secret: SecretName, onChange: () => void): FollowedSecret {
    const key = `${secret.namespace}/${secret.name}`;
    const followed = this.#followed.get(key) ?? this.#add(key, secret);
    // A function of its own, because two sinks could hand in the same one.
    const listener = (): void => {
      onChange();
    };
    followed.listeners.add(listener);
    return {
      state: () => followed.watch?.state() ?? { state: 'beyond-limit' },
      close: () => {
        if (!followed.listeners.delete(listener) || followed.listeners.size > 0) return;
        this.#followed.delete(key);
        this.#end(followed);
      },
    };
  }

  /** Whether the API server was asked for every one of them at least once. */
  areTried(): boolean {
    return [...this.#followed.values()].every(({ watch }) => watch?.isTried() ?? true);
  }

  /** Secrets that are followed now. */
  size(): number {
    return this.#watching;
  }

  /** Of the watch that has been silent for longest; 0 when there is none. */
  secondsSinceLastSign(): number {
    const ages = [...this.#followed.values()].map(({ watch }) => watch?.secondsSinceLastSign() ?? 0);
    return ages.reduce((oldest, age) => Math.max(oldest, age), 0);
  }

  /** Ends all watches; resolves when no listener will be called any more. */
  async stop(): Promise<void> {
    const all = [...this.#followed.values()];
    // First, so that none that waits takes the place of one that ends.
    this.#followed.clear();
    for (const followed of all) this.#end(followed);
    await Promise.all(this.#closing);
  }

  #add(key: string, secret: SecretName): Followed {
    const followed: Followed = { secret, listeners: new Set(), watch: undefined };
    this.#followed.set(key, followed);
    if (this.#watching < this.#options.maxSecrets) this.#start(followed);
    else this.#options.logger.warn('More Secrets are named than may be followed', { ...secret });
    return followed;
  }

  #start(followed: Followed): void {
    this.#watching += 1;
    const notify = (): void => {
      for (const listener of [...followed.listeners]) listener();
    };
    followed.watch = new SecretWatch(followed.secret, this.#options, notify);
    followed.watch.start();
  }

  #end(followed: Followed): void {
    const { watch } = followed;
    if (watch === undefined) return;
    followed.watch = undefined;
    const closing = watch.stop().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
    this.#watching -= 1;
    const waiting = [...this.#followed.values()].find((each) => each.watch === undefined);
    if (waiting === undefined) return;
    this.#start(waiting);
    for (const listener of [...waiting.listeners]) listener();
  }
}
