/** Decides how much of a limit one tenant may hold. */
export interface FairShare {
  /**
   * Whether a tenant that holds so much already may have so much more while so much is free for everyone. All three are
   * in one unit, such as bytes or requests. Whether as much is free at all is for the caller to check.
   */
  allows(held: number, wanted: number, free: number): boolean;
}

/**
 * A share of so many percent for one tenant.
 *
 * A tenant may hold a fixed multiple of what is still free, known from switches with shared buffers as a dynamic
 * threshold. Alone it gets `percent` of the limit. The more others hold, the less it gets, and some always stays free
 * for the next one: with 66 percent one greedy tenant leaves a third, two leave a fifth. A tenant that holds nothing is
 * always allowed. With 100 percent there is no share.
 */
export function fairShare(percent: number): FairShare {
  const factor = percent >= 100 ? Infinity : percent / (100 - percent);
  return {
    // In this order, so that nothing is multiplied by infinity.
    allows: (held, wanted, free) =>
      held === 0 || factor === Infinity || held + wanted <= Math.max(0, free) * factor,
  };
}
