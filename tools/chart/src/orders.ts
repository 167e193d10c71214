/** Two values that only work together in this order, which a JSON schema cannot compare. */
export interface ValueOrder {
  /** From the root of the values, with dots. Both are integers, or both are durations. */
  readonly smaller: string;
  readonly larger: string;
  /** Whether equal values are refused as well. */
  readonly strict: boolean;
  /** What would happen otherwise; completes the sentence "or …". */
  readonly otherwise: string;
  /** Whether the app refuses it too; it does not where a limit would merely never take effect. */
  readonly byApp: boolean;
}

/** Every such pair. The chart's template checks them, and the apps those that keep them from working. */
export function valueOrders(): readonly ValueOrder[] {
  return [
    ...controllerOrders,
    ...dataPlanes.flatMap(dataPlaneOrders),
    ...kafkaSinkOrders,
    ...monitoringOrders,
  ];
}

const strict = { strict: true, byApp: true } as const;
const loose = { strict: false, byApp: true } as const;
const dataPlanes = ['jobSink', 'kafkaSink'] as const;

const controllerOrders: readonly ValueOrder[] = [
  {
    ...strict,
    smaller: 'controller.leaderElection.renewDeadline',
    larger: 'controller.leaderElection.leaseDuration',
    otherwise: 'a leader goes on after another one was elected',
  },
  {
    ...strict,
    smaller: 'controller.leaderElection.retryPeriod',
    larger: 'controller.leaderElection.renewDeadline',
    otherwise: 'a leader gives up before it tries again',
  },
  {
    ...strict,
    smaller: 'webhook.certificate.renewBefore',
    larger: 'webhook.certificate.lifetime',
    otherwise: 'each certificate is replaced at once',
  },
  {
    ...strict,
    smaller: 'webhook.certificate.settle',
    larger: 'webhook.certificate.renewBefore',
    otherwise: 'a certificate expires before the next one is trusted',
  },
];

function dataPlaneOrders(key: (typeof dataPlanes)[number]): readonly ValueOrder[] {
  return [
    {
      ...{ strict: false, byApp: false },
      smaller: `${key}.maxInFlightPerSink`,
      larger: `${key}.maxInFlight`,
      otherwise: 'one sink can take the whole pod',
    },
    {
      ...{ strict: true, byApp: false },
      smaller: `${key}.bodyTimeout`,
      larger: `${key}.requestDeadline`,
      otherwise: 'no time is left to store an event that arrives late',
    },
  ];
}

const batchRefused = 'batches of that size are always refused with 429';

/** The bounds of a JobSink's events keep them below the bytes in flight. */
const kafkaSinkOrders: readonly ValueOrder[] = [
  {
    ...loose,
    smaller: 'kafkaSink.maxEventBytes',
    larger: 'kafkaSink.maxInFlightBytes',
    otherwise: 'events of that size are always refused with 429',
  },
  {
    ...{ strict: true, byApp: false },
    smaller: 'kafkaSink.deliveryTimeout',
    larger: 'kafkaSink.requestDeadline',
    otherwise: 'events that are stored late are refused, and stored again',
  },
  {
    ...loose,
    smaller: 'kafkaSink.maxHttpBatchBytes',
    larger: 'kafkaSink.maxInFlightBytes',
    otherwise: batchRefused,
  },
  {
    ...loose,
    smaller: 'kafkaSink.maxHttpBatchEvents',
    larger: 'kafkaSink.maxEventsInFlight',
    otherwise: batchRefused,
  },
  {
    ...loose,
    smaller: 'kafkaSink.maxHttpBatchEvents',
    larger: 'kafkaSink.maxQueued',
    otherwise: batchRefused,
  },
];

const monitoringOrders: readonly ValueOrder[] = ['podMonitor', 'serviceMonitor'].map((monitor) => ({
  ...{ strict: false, byApp: false },
  smaller: `monitoring.${monitor}.scrapeTimeout`,
  larger: `monitoring.${monitor}.interval`,
  otherwise: 'Prometheus refuses its whole configuration',
}));
