import { isAlreadyExists, isConflict } from '@event-sinks/kube';
import type { Clock, Logger } from '@event-sinks/runtime';
import {
  nextStep,
  setAfter,
  type CertificateStep,
  type CertificateTimes,
} from '../domain/certificate/certificate-plan.ts';
import {
  viewCertificate,
  type CertificateSet,
  type CertificateView,
  type ServingPair,
  type UsablePair,
} from '../domain/certificate/certificate-view.ts';
import type { Announcement, CaAnnouncer } from './ca-announcer.ts';
import type { CertificateSecret, StoredSecret } from './certificate-secret.ts';
import { Duration } from './duration.ts';

/** Sees to it that there is a certificate, that this process serves it and that API servers trust it. */
export interface CertificateKeeper {
  start(): void;
  stop(): Promise<void>;
  /** Whether a certificate is served. */
  isLoaded(): boolean;
  /** Whether API servers have been seen to trust it; it stays so, as a repair is none of this replica's health. */
  wasAnnounced(): boolean;
}

/** What a {@link CertificateKeeper} works with. */
export interface CertificateKeeperOptions {
  readonly secret: CertificateSecret;
  readonly announcer: CaAnnouncer;
  /** The names that API servers call by, the one that they check first. */
  readonly hosts: readonly [string, ...string[]];
  readonly times: CertificateTimes;
  /** Milliseconds between two looks at the Secret and the configuration. */
  readonly pollMs: number;
  /** The Secret is somebody else's, and only read. */
  readonly supplied: boolean;
  /** Makes a certificate that lives from now on. */
  readonly issue: () => Promise<UsablePair>;
  readonly isLeader: () => boolean;
  /** A certificate is to be served from now on. */
  readonly use: (pair: ServingPair & { readonly expiresAtMs: number }) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How soon to look again before anything is served, after a change, or when somebody else was faster. */
const soonMs = 250;

/** Makes a keeper; it works from {@link CertificateKeeper.start} on. */
export function createCertificateKeeper(options: CertificateKeeperOptions): CertificateKeeper {
  return new Keeper(options);
}

class Keeper implements CertificateKeeper {
  readonly #options: CertificateKeeperOptions;
  readonly #stopping = new AbortController();
  readonly #unchanged: Duration;
  readonly #announced: Duration;
  #served: CertificateSet | undefined;
  #wasAnnounced = false;
  #complaint = '';
  #running: Promise<void> | undefined;

  constructor(options: CertificateKeeperOptions) {
    this.#options = options;
    this.#unchanged = new Duration(options.clock);
    this.#announced = new Duration(options.clock);
  }

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  isLoaded(): boolean {
    return this.#usableServed() !== undefined;
  }

  wasAnnounced(): boolean {
    return this.#wasAnnounced;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const wait = await this.#pass().catch((error: unknown) => this.#afterFailure(error));
      await this.#options.clock.sleep(wait, signal);
    }
  }

  #afterFailure(error: unknown): number {
    if (isConflict(error) || isAlreadyExists(error)) return soonMs;
    this.#options.logger.warn('The webhook’s certificate could not be looked after', { error });
    return this.#pollMs();
  }

  #pollMs(): number {
    const settled = this.isLoaded() && this.#wasAnnounced;
    return settled ? this.#options.pollMs : Math.min(soonMs, this.#options.pollMs);
  }

  /** One look and at most one step; returns the milliseconds until the next. */
  async #pass(): Promise<number> {
    const stored = await this.#options.secret.read();
    const view = this.#view(stored);
    if (view.state === 'usable') {
      this.#serve(view.set);
      if (await this.#announce(view.set.cas)) return soonMs;
    }
    if (this.#options.supplied) return this.#pollMs();
    const step = this.#step(view);
    if (step === 'none') return this.#pollMs();
    const { expiresAtMs } = await this.#take(step, view, stored);
    this.#options.logger.info('The webhook’s certificate was changed', { step, expiresAtMs });
    return soonMs;
  }

  #view(stored: StoredSecret | undefined): CertificateView {
    this.#unchanged.of(stored?.resourceVersion ?? '');
    const { hosts, clock, supplied } = this.#options;
    const view = viewCertificate(stored?.data, { host: hosts[0], nowMs: clock.now(), ownCa: !supplied });
    const complaint = view.state === 'usable' ? '' : view.state === 'broken' ? view.problem : view.state;
    if (complaint !== '' && complaint !== this.#complaint) {
      // None at all is what a first start finds.
      const level = view.state === 'absent' ? 'info' : 'warn';
      this.#options.logger[level]('The webhook’s certificate is of no use', { problem: complaint });
    }
    this.#complaint = complaint;
    return view;
  }

  #serve(set: CertificateSet): void {
    if (this.#served?.current.certificate !== set.current.certificate) {
      this.#options.use(set.current);
      this.#options.logger.info('The webhook serves a certificate', { expiresAtMs: set.current.expiresAtMs });
    }
    this.#served = set;
  }

  /** @returns whether API servers had to be told something new. */
  async #announce(cas: readonly string[]): Promise<boolean> {
    const announcement = await this.#options.announcer.read();
    const trusted = cas.length === 0 || announcement.trusts(cas);
    if (trusted) {
      this.#announced.of(cas.join());
      this.#wasAnnounced = true;
    } else this.#announced.reset();
    if (cas.length === 0 || announcement.isExactly(cas) || !this.#mayAnnounce(announcement)) return false;
    await this.#options.announcer.write(cas, announcement);
    this.#options.logger.info('API servers were told whom to trust', { cas: cas.length });
    return true;
  }

  /** An empty bundle is filled by anybody, as an absent Secret is. */
  #mayAnnounce({ isEmpty }: Announcement): boolean {
    return this.#options.isLeader() || isEmpty;
  }

  #step(view: CertificateView): CertificateStep {
    const { clock, times, isLeader } = this.#options;
    const situation = {
      ...{ view, served: this.#usableServed(), nowMs: clock.now(), leads: isLeader() },
      announcedForMs: this.#announced.ms(),
      unchangedForMs: this.#unchanged.ms(),
    };
    return nextStep(situation, times);
  }

  #usableServed(): CertificateSet | undefined {
    const served = this.#served;
    return served !== undefined && served.current.expiresAtMs > this.#options.clock.now()
      ? served
      : undefined;
  }

  async #take(
    step: Exclude<CertificateStep, 'none'>,
    view: CertificateView,
    stored: StoredSecret | undefined,
  ): Promise<UsablePair> {
    const base = view.state === 'usable' ? view.set : this.#served;
    const fresh = step === 'create' || step === 'stage' ? await this.#options.issue() : undefined;
    const set = setAfter(step, base, fresh);
    await this.#options.secret.write(set, stored);
    return set.next ?? set.current;
  }
}
