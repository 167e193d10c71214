const rfc3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.\d+)?(?:[Zz]|[+-](\d{2}):(\d{2}))$/;
const monthLengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Whether the text is an RFC 3339 date-time (5.6) of a day that exists; second 60 is a leap second. */
export function isTimestamp(text: string): boolean {
  const found = rfc3339.exec(text);
  if (found === null) {
    return false;
  }
  const part = (group: number): number => Number(found[group] ?? 0);
  const dayExists = part(3) >= 1 && part(3) <= daysIn(part(1), part(2));
  const offsetExists = part(7) <= 23 && part(8) <= 59;
  return dayExists && offsetExists && part(4) <= 23 && part(5) <= 59 && part(6) <= 60;
}

/** Days of a month counted from 1, none for a month that is not there. */
function daysIn(year: number, month: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return (monthLengths[month - 1] ?? 0) + (month === 2 && leap ? 1 : 0);
}
