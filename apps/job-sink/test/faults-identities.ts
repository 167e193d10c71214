import { identify } from '@event-sinks/job-plan';

// Run by itself: `node faults-identities.ts <pairs>` prints what it found as JSON.

/** Pieces between which a careless join would move characters, and that spell one thing in several ways. */
const pieces = [
  ...['/', '|', ':', ',', '\0', '\n', '%2F', '//', '/../', '\u0000\u0000\u0000\u0001', '"', '\\', ' '],
  ...['é', 'e\u0301', 'ﬁ', 'fi', 'Å', '\u212B', 'А', 'A', '\u200b', '\ufeff', '🦊', 'null', 'undefined', '1'],
];
const uid = '5f0c9c1e-0000-4000-8000-000000000001';
const sinkName = 'a-sink.with-a-name-that-is-longer-than-what-fits';
const digits = 'abcdefghijklmnopqrstuvwxyz234567';
const legalName = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

interface Pair {
  readonly source: string;
  readonly id: string;
  readonly errorDestination?: string;
}

/**
 * No two of these are the same event: the parts of each, put together, hold a number of their own, and the pairs
 * that share a number are cut at different places.
 */
function* adversarialPairs(): Generator<Pair> {
  for (let number = 0; ; number += 1) {
    const first = pieces[number % pieces.length] ?? '';
    const second = pieces[Math.floor(number / pieces.length) % pieces.length] ?? '';
    const text = `${first}${second}<${number}>${second}${first}a${first}`;
    for (let cut = 1; cut < text.length; cut += 1) {
      const [source, id] = [text.slice(0, cut), text.slice(cut)];
      // Half of a surrogate pair cannot be sent, and all halves are written alike.
      if (!source.isWellFormed()) continue;
      yield { source, id };
      if (id.length > 1 && id.slice(1).isWellFormed() && id.slice(0, 1).isWellFormed())
        yield { source, id: id.slice(0, 1), errorDestination: id.slice(1) };
    }
  }
}

/** The first twelve digits as a number of 60 bits: a million of these by chance share none. */
function shortened(name: string): bigint {
  return Array.from(name.slice(-26, -14)).reduce(
    (sum, digit) => sum * 32n + BigInt(digits.indexOf(digit)),
    0n,
  );
}

function examine(count: number) {
  const seen = new BigUint64Array(count);
  let badNames = 0;
  let pairs = 0;
  for (const pair of adversarialPairs()) {
    if (pairs === count) break;
    const { jobName } = identify(sinkName, { jobSinkUid: uid, ...pair });
    if (!legalName.test(jobName)) badNames += 1;
    seen[pairs] = shortened(jobName);
    pairs += 1;
  }
  seen.sort();
  const collisions = seen.filter((value, index) => index > 0 && value === seen[index - 1]).length;
  return { pairs, collisions, badNames, rssMiB: Math.round(process.memoryUsage.rss() / 1_048_576) };
}

console.log(JSON.stringify(examine(Number(process.argv[2] ?? 50_000))));
