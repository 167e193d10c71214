const pattern = /^P(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/**
 * Milliseconds of an ISO 8601 duration as Knative writes it, such as `PT0.2S`.
 * @throws Error for years, months and weeks, which delivery rules have no use for, and for anything else.
 */
export function durationMs(text: string): number {
  const [matched, days, hours, minutes, seconds] = pattern.exec(text) ?? [];
  if (matched === undefined || matched === 'P') throw new Error(`${text} is no duration such as PT0.2S`);
  const [d, h, m, s] = [days, hours, minutes, seconds].map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
  ];
  return Math.round((((d * 24 + h) * 60 + m) * 60 + s) * 1_000);
}
