/**
 * A quantile of these buckets, grouped by `le`. Without observations Prometheus calculates NaN, which the comparison
 * drops: the line has a gap there.
 */
export function quantile(q: number, buckets: string): string {
  return `histogram_quantile(${q}, ${buckets}) >= 0`;
}

/** The share of a part in a whole; 0 while the whole is 0 or absent, where a plain division gives NaN or nothing. */
export function ratio(part: string, whole: string): string {
  return `(${part} or vector(0)) / (${whole} > 0) or vector(0)`;
}
