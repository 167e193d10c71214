/**
 * One line of the result. The floor is a bare HTTP server, a ceiling is what can be had without HTTP: from Kafka's own
 * tool. With a driver, both send each record by itself on that driver.
 */
export interface Case {
  readonly subject: 'floor' | 'ceiling' | 'ours';
  readonly driver: 'platformatic' | 'kafkajs' | '';
  readonly mode: 'single' | 'batch';
  readonly connections: number;
  readonly partitions: number;
  readonly sinks: number;
}

/** The drivers that are compared. */
export const drivers = ['platformatic', 'kafkajs'] as const;

/** Events in one request of batch mode. */
export const batchSize = 100;

/** Topics for one sink each; the case of many sinks has topics of one partition. */
export const topicName = (partitions: number, index: number): string => `bench-${partitions}-${index}`;

/** What is compared stands next to each other, so that each round takes turns between them. */
export function allCases(): Case[] {
  const single = [1, 64, 256].flatMap((connections) => around({ mode: 'single', connections }, [1, 12]));
  const batch = around({ mode: 'batch', connections: 16 }, [1, 12]);
  const many = [100, 1_000].flatMap((sinks) =>
    drivers.map((driver) =>
      oneCase('ours', { mode: 'single', connections: 64 }, { driver, partitions: 1, sinks }),
    ),
  );
  const unbatched = (['ceiling', 'floor'] as const).flatMap((subject) =>
    drivers.map((driver) =>
      oneCase(subject, { mode: 'single', connections: 1 }, { driver, partitions: 1, sinks: 0 }),
    ),
  );
  const ceilings = [1, 12].map((partitions) =>
    oneCase('ceiling', { mode: 'single', connections: 1 }, { driver: '', partitions, sinks: 0 }),
  );
  return [...unbatched, ...single, ...many, ...batch, ...ceilings];
}

type Way = Pick<Case, 'mode' | 'connections'>;

function around(way: Way, partitionCounts: readonly number[]): Case[] {
  return [
    oneCase('floor', way, { driver: '', partitions: 0, sinks: 0 }),
    ...partitionCounts.flatMap((partitions) =>
      drivers.map((driver) => oneCase('ours', way, { driver, partitions, sinks: 1 })),
    ),
  ];
}

const oneCase = (
  subject: Case['subject'],
  { mode, connections }: Way,
  { driver, partitions, sinks }: Pick<Case, 'driver' | 'partitions' | 'sinks'>,
): Case => ({ subject, driver, mode, connections, partitions, sinks });
