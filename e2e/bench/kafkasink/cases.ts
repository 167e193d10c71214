/**
 * One line of the result. A floor is a bare HTTP server, a ceiling is what can be had without HTTP. Those alone send each
 * record by itself through our producer; the other ceiling is Kafka's own tool. `before` is another build of kafka-sink.
 */
export interface Case {
  readonly subject: 'floor' | 'floor alone' | 'ceiling' | 'ceiling alone' | 'ours' | 'before';
  readonly mode: 'single' | 'batch';
  readonly connections: number;
  readonly partitions: number;
  readonly sinks: number;
}

/** Events in one request of batch mode. */
export const batchSize = 100;

/** Topics for one sink each; the case of many sinks has topics of one partition. */
export const topicName = (partitions: number, index: number): string => `bench-${partitions}-${index}`;

/** What is compared stands next to each other, so that each round takes turns between them. */
export function allCases({ hasBefore }: { readonly hasBefore: boolean }): Case[] {
  const builds = hasBefore ? (['ours', 'before'] as const) : (['ours'] as const);
  const around = (way: Way): Case[] => [
    { subject: 'floor', ...way, partitions: 0, sinks: 0 },
    ...[1, 12].flatMap((partitions) => builds.map((subject) => ({ subject, ...way, partitions, sinks: 1 }))),
  ];
  const many = [100, 1_000].flatMap((sinks) =>
    builds.map((subject) => ({ subject, mode: 'single', connections: 64, partitions: 1, sinks }) as const),
  );
  const alone = (['ceiling alone', 'floor alone'] as const).map(
    (subject) => ({ subject, mode: 'single', connections: 1, partitions: 1, sinks: 0 }) as const,
  );
  const ceilings = [1, 12].map(
    (partitions) => ({ subject: 'ceiling', mode: 'single', connections: 1, partitions, sinks: 0 }) as const,
  );
  const single = [1, 64, 256].flatMap((connections) => around({ mode: 'single', connections }));
  return [...alone, ...single, ...many, ...around({ mode: 'batch', connections: 16 }), ...ceilings];
}

type Way = Pick<Case, 'mode' | 'connections'>;
