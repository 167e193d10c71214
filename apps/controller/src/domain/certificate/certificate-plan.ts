import type { CertificateSet, CertificateView, UsablePair } from './certificate-view.ts';

/**
 * A certificate is replaced together with its CA, whose key is thrown away once it has signed. For no call to
 * fail, every API server has to trust the new CA before any replica serves under it, and the old one for as long
 * as any replica may still do so:
 *
 *     create ─▶ (renewal is near) stage ─▶ (new CA announced and settled) promote ─▶ (all swapped) prune
 *
 * Each step is one write of the Secret, so that a crash anywhere leaves a state that goes on from there.
 */
export type CertificateStep = 'none' | 'create' | 'stage' | 'promote' | 'prune';

/** What is known when a step is chosen. Times are milliseconds. */
export interface CertificateSituation {
  readonly view: CertificateView;
  /** What this process serves, while that can still be served. */
  readonly served: CertificateSet | undefined;
  readonly leads: boolean;
  readonly nowMs: number;
  /** For how long API servers have been told to trust every CA of the Secret. */
  readonly announcedForMs: number;
  /** For how long this process has seen the Secret as it is. */
  readonly unchangedForMs: number;
}

/** When to do what. */
export interface CertificateTimes {
  readonly lifetimeMs: number;
  readonly renewBeforeMs: number;
  /** How long a change may take to reach every API server. */
  readonly settleMs: number;
}

/** The next step. */
export function nextStep(situation: CertificateSituation, times: CertificateTimes): CertificateStep {
  const { view } = situation;
  if (view.state !== 'usable') return stepWithout(situation);
  if (!situation.leads) return 'none';
  const { current, next } = view.set;
  if (next !== undefined) {
    if (isNearEnd(next.expiresAtMs, situation, times)) return 'stage';
    return situation.announcedForMs >= times.settleMs ? 'promote' : 'none';
  }
  if (isNearEnd(current.expiresAtMs, situation, times)) return 'stage';
  const isStale = view.set.cas.some((ca) => ca !== current.ca);
  return isStale && situation.unchangedForMs >= retainMs(times) ? 'prune' : 'none';
}

/**
 * Without a Secret, or with one that is of no use, what is served stays in use until its successor is trusted.
 * Who serves nothing need not wait to lead: while nothing serves, nothing can be disturbed, and a replica that
 * waited for an older version to give up the lease would wait for ever, since that one waits for it to be ready.
 */
function stepWithout({ view, served, leads }: CertificateSituation): CertificateStep {
  if (leads) return served === undefined ? 'create' : 'stage';
  return view.state === 'absent' && served === undefined ? 'create' : 'none';
}

function isNearEnd(
  expiresAtMs: number,
  { nowMs }: CertificateSituation,
  { renewBeforeMs }: CertificateTimes,
): boolean {
  return expiresAtMs - nowMs <= renewBeforeMs;
}

/**
 * The certificates after a step.
 * @param base what the step starts from; nothing for `create`.
 * @param fresh a pair just made, for `create` and `stage`.
 */
export function setAfter(
  step: Exclude<CertificateStep, 'none'>,
  base: CertificateSet | undefined,
  fresh: UsablePair | undefined,
): CertificateSet {
  const current = base?.current ?? fresh;
  if (current === undefined) throw new Error(`nothing to ${step}`);
  if (step === 'stage' && fresh !== undefined) return { current, next: fresh, cas: casOf(current, fresh) };
  if (step === 'promote' && base?.next !== undefined)
    return { current: base.next, next: undefined, cas: casOf(current, base.next) };
  return { current, next: undefined, cas: casOf(current) };
}

const casOf = (...pairs: readonly UsablePair[]): string[] => pairs.flatMap(({ ca }) => ca ?? []);

/** Ten times what a change takes to arrive: whoever has not followed by then cannot reach the API server at all. */
const retainMs = ({ settleMs }: CertificateTimes): number => 10 * settleMs;
