import { SinkError } from '@event-sinks/errors';
import { createLogger, Health, Registry, systemClock } from '@event-sinks/runtime';
import {
  createIngress,
  type Ingress,
  type IngressLimits,
  type IngressOptions,
  type ServedSink,
  type SinkBackend,
  type Stored,
} from '../src/index.ts';
import { RawClient } from './raw-client.ts';

/** An event as the tests see it: its id and its bytes. */
export interface TestEvent {
  readonly id: string;
  readonly body: Buffer;
}

export const demoUid = '6f1d0c0e-5a58-4a2b-9c3e-2f9a0d1b7c11';
export const otherUid = '00000000-5a58-4a2b-9c3e-2f9a0d1b7c11';

const roomy: IngressLimits = {
  maxEventBytes: 1_000,
  maxHeaderBytes: 16_384,
  maxInFlight: 1_000,
  maxInFlightBytes: 1_000_000,
  maxInFlightPerSink: 1_000,
  namespaceShare: 100,
  maxConnections: 1_000,
  maxPipelinedRequests: 16,
  requestDeadlineMs: 5_000,
  headersTimeoutMs: 5_000,
  bodyTimeoutMs: 5_000,
  keepAliveTimeoutMs: 5_000,
  drainDelayMs: 0,
  drainTimeoutMs: 2_000,
};

/** A backend in memory whose sinks and store a test may replace. */
export class TestBackend implements SinkBackend<ServedSink, TestEvent> {
  readonly kind = 'KafkaSink';
  readonly stored: string[] = [];
  readonly bodies: Buffer[] = [];
  readonly sinks = new Map<string, ServedSink>();
  countOf?: (event: TestEvent) => number;
  onStore: (event: TestEvent, deadline: AbortSignal) => Promise<Stored> = () => Promise.resolve({});

  constructor() {
    this.add({ uid: demoUid, generation: 3, namespace: 'demo', name: 'orders' });
    this.add({ uid: otherUid, generation: 1, namespace: 'demo', name: 'other.sink' });
  }

  add(sink: ServedSink): void {
    this.sinks.set(`${sink.namespace}/${sink.name}`, sink);
  }

  find(namespace: string, name: string): ServedSink {
    const sink = this.sinks.get(`${namespace}/${name}`);
    if (sink === undefined) throw new SinkError('SinkNotFound');
    return sink;
  }

  async store(_sink: ServedSink, event: TestEvent, deadline: AbortSignal): Promise<Stored> {
    const result = await this.onStore(event, deadline);
    this.stored.push(event.id);
    this.bodies.push(event.body);
    return result;
  }
}

/** Takes the header ce-id, as it is, for the event. */
export function decodeTestEvent(rawHeaders: readonly string[], body: Buffer): TestEvent {
  const at = rawHeaders.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === 'ce-id');
  if (at < 0) throw new SinkError('NotACloudEvent');
  return { id: rawHeaders[at + 1]!, body };
}

/** A front that listens, with all that a test looks at. */
export class Front {
  readonly backend = new TestBackend();
  readonly registry = new Registry();
  readonly health = new Health();
  readonly lines: Record<string, unknown>[] = [];
  readonly ingress: Ingress;
  readonly #clients: RawClient[] = [];
  port = 0;

  constructor(limits: Partial<IngressLimits>, options: Partial<IngressOptions<ServedSink, TestEvent>>) {
    const write = (line: string) => this.lines.push(JSON.parse(line) as Record<string, unknown>);
    this.ingress = createIngress({
      backend: this.backend,
      decode: decodeTestEvent,
      limits: { ...roomy, ...limits },
      host: '127.0.0.1',
      port: 0,
      logger: createLogger({ name: 'test', level: 'debug', destination: { write } }),
      clock: systemClock,
      registry: this.registry,
      health: this.health,
      ...options,
    });
  }

  static async open(
    limits: Partial<IngressLimits> = {},
    options: Partial<IngressOptions<ServedSink, TestEvent>> = {},
  ): Promise<Front> {
    const front = new Front(limits, options);
    front.port = (await front.ingress.listen()).port;
    return front;
  }

  connect(): RawClient {
    const client = new RawClient(this.port);
    this.#clients.push(client);
    return client;
  }

  /** The value of a series by its name with labels, or `undefined`. */
  async metric(series: string): Promise<number | undefined> {
    const line = (await this.registry.metrics()).split('\n').find((each) => each.startsWith(`${series} `));
    return line === undefined ? undefined : Number(line.slice(series.length + 1));
  }

  logged(message: string): Record<string, unknown>[] {
    return this.lines.filter((line) => line['message'] === message);
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.ingress.close();
  }
}

/** Opens a front; a test of what both ways of reading must do is run with each. */
export type OpenFront = typeof Front.open;

/** With Node's server for every request, and with the plain lane before it. */
export const fronts: readonly (readonly [string, OpenFront])[] = [
  ["Node's server", (...args) => Front.open(...args)],
  ['the plain lane', (limits, options) => Front.open(limits, { ...options, plainLane: true })],
];

/** The body of a refusal: one line of printable ASCII, of 256 bytes at most. */
export const oneLine = /^[ -~]{1,256}$/;

export const plainText = 'text/plain; charset=utf-8';

const noHeaders: Readonly<Record<string, string | undefined>> = {};

/** The text of an event's request; headers are added to, or with `undefined` taken from, the usual ones. */
export function eventText(
  id: string,
  body = '{}',
  { path = '/demo/orders', headers = noHeaders, version = '1.1' } = {},
): string {
  const all: Record<string, string | undefined> = {
    Host: 'sink',
    'ce-id': id,
    'Content-Length': String(Buffer.byteLength(body)),
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}`],
  );
  return `POST ${path} HTTP/${version}\r\n${lines.join('\r\n')}\r\n\r\n${body}`;
}

/** A promise that the test settles. */
export function gate() {
  return Promise.withResolvers<Stored>();
}

/** Looks until it is true; fails after ten seconds. */
export async function eventually(check: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 2_000; tries++) {
    if (await check()) return;
    await systemClock.sleep(5);
  }
  throw new Error('It never became true.');
}
