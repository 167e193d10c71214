import type { Timer } from '@event-sinks/runtime';
import type { CredentialsState } from '../domain/credentials-state.ts';
import { LookQueue } from '../domain/look-queue.ts';
import { NamespaceSlots } from '../domain/namespace-slots.ts';
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
  /** Percent of them that one namespace may have while others have none. */
  readonly namespaceShare: number;
}

/** How a Secret is followed while it has no slot: not at all, or by a look now and then because it is absent. */
type WithoutSlot = 'beyond-limit' | 'missing';

interface Followed {
  readonly secret: SecretName;
  readonly listeners: Set<() => void>;
  /** Holds a slot. */
  watch: SecretWatch | undefined;
  /** A watch that only finds out whether an absent Secret is there by now. */
  look: SecretWatch | undefined;
  withoutSlot: WithoutSlot;
}

/** Looks for absent Secrets under way at a time, each by a connection to the API server. */
export const maxLooks = 4;
/** How often looks may begin, in milliseconds. */
const lookEveryMs = 250;

/**
 * One watch for each Secret that sinks name, whatever the number of sinks that name it.
 *
 *   named → room for its namespace? → watched ⇄ absent, looked at now and then
 *         → none: waits for a slot
 *
 * A Secret that is absent has no slot. So sinks that name Secrets which nobody ever makes take none from others.
 */
export class SecretWatches {
  readonly #options: SecretWatchesOptions;
  readonly #followed = new Map<string, Followed>();
  readonly #closing = new Set<Promise<void>>();
  readonly #slots: NamespaceSlots;
  readonly #absent = new LookQueue<Followed>();
  #looks = 0;
  #timer: Timer | undefined;

  constructor(options: SecretWatchesOptions) {
    this.#options = options;
    this.#slots = new NamespaceSlots(options.maxSecrets, options.namespaceShare);
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
      state: () => followed.watch?.state() ?? { state: followed.withoutSlot },
      close: () => {
        if (!followed.listeners.delete(listener) || followed.listeners.size > 0) return;
        this.#followed.delete(key);
        this.#end(followed);
        this.#serveWaiting();
      },
    };
  }

  /** Whether the API server was asked for every one of them at least once. */
  areTried(): boolean {
    return [...this.#followed.values()].every(({ watch }) => watch?.isTried() ?? true);
  }

  /** Secrets that are followed now. */
  size(): number {
    return this.#slots.total;
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
    this.#timer?.cancel();
    await Promise.all(this.#closing);
  }

  #add(key: string, secret: SecretName): Followed {
    const followed: Followed = {
      ...{ secret, listeners: new Set<() => void>(), watch: undefined, look: undefined },
      withoutSlot: 'beyond-limit',
    };
    this.#followed.set(key, followed);
    if (this.#slots.hasRoomFor(secret.namespace)) this.#startWatch(followed);
    else this.#options.logger.warn('More Secrets are named than may be followed', { ...secret });
    return followed;
  }

  #startWatch(followed: Followed): void {
    const watch = new SecretWatch(followed.secret, this.#options, () => {
      if (watch === followed.watch) this.#onChange(followed, watch);
    });
    this.#take(followed, watch);
    watch.start();
  }

  #take(followed: Followed, watch: SecretWatch): void {
    followed.watch = watch;
    this.#slots.take(followed.secret.namespace);
  }

  #onChange(followed: Followed, watch: SecretWatch): void {
    if (watch.state().state !== 'missing') {
      notify(followed);
      return;
    }
    this.#endWatch(followed);
    followed.withoutSlot = 'missing';
    this.#absent.add(followed.secret.namespace, followed, this.#options.clock.monotonic());
    this.#lookLater();
    notify(followed);
    this.#serveWaiting();
  }

  #lookLater(): void {
    if (this.#absent.isEmpty) return;
    this.#timer ??= this.#options.clock.setTimeout(() => {
      this.#timer = undefined;
      this.#beginLooks();
      this.#lookLater();
    }, lookEveryMs);
  }

  #beginLooks(): void {
    while (this.#looks < maxLooks) {
      const followed = this.#absent.next(this.#options.clock.monotonic());
      if (followed === undefined) return;
      if (followed.look === undefined) this.#startLook(followed);
    }
  }

  #startLook(followed: Followed): void {
    this.#looks += 1;
    const look = new SecretWatch(followed.secret, this.#options, () => {
      if (look === followed.look) this.#onLooked(followed, look);
      else if (look === followed.watch) this.#onChange(followed, look);
    });
    followed.look = look;
    look.start();
  }

  #onLooked(followed: Followed, look: SecretWatch): void {
    const { namespace } = followed.secret;
    followed.look = undefined;
    this.#looks -= 1;
    if (look.state().state === 'missing') {
      this.#close(look);
      return;
    }
    this.#absent.remove(namespace, followed);
    if (this.#slots.hasRoomFor(namespace)) {
      this.#take(followed, look);
    } else {
      this.#close(look);
      followed.withoutSlot = 'beyond-limit';
    }
    notify(followed);
  }

  #end(followed: Followed): void {
    this.#absent.remove(followed.secret.namespace, followed);
    this.#endWatch(followed);
    if (followed.look === undefined) return;
    this.#looks -= 1;
    this.#close(followed.look);
    followed.look = undefined;
  }

  #endWatch(followed: Followed): void {
    if (followed.watch === undefined) return;
    this.#close(followed.watch);
    followed.watch = undefined;
    this.#slots.giveBack(followed.secret.namespace);
  }

  #close(watch: SecretWatch): void {
    const closing = watch.stop().finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  /** Those that wait and have room now, in the order in which they were named. */
  #serveWaiting(): void {
    for (const followed of [...this.#followed.values()]) {
      const { secret, watch, withoutSlot } = followed;
      const isWaiting = watch === undefined && withoutSlot === 'beyond-limit';
      if (!isWaiting || !this.#slots.hasRoomFor(secret.namespace)) continue;
      this.#startWatch(followed);
      notify(followed);
    }
  }
}

function notify({ listeners }: Followed): void {
  for (const listener of [...listeners]) listener();
}
