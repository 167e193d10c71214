import Sequencer from '@jest/test-sequencer';

/**
 * Files that take minutes: begun last, one of them would run alone at the end. Jest's own order goes by the times of earlier
 * runs, which a fresh clone does not have, and otherwise by size, which says nothing of the programs that these start. The
 * two fault suites keep every core busy, so they do not begin together.
 */
const longFiles = [
  'apps/kafka-sink/test/fault-suite.int.test.ts',
  'tools/platform/test/edges.int.test.ts',
  'tools/platform/test/images.int.test.ts',
  'apps/job-sink/test/faults-outage.int.test.ts',
  'apps/job-sink/test/faults.int.test.ts',
];

class LongestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => {
      const index = longFiles.findIndex((file) => path.endsWith(file));
      return index === -1 ? longFiles.length : index;
    };
    return [...super.sort(tests)].sort((a, b) => rank(a) - rank(b));
  }
}

export default LongestFirst;
