import type { Dispatcher } from './dispatcher.ts';
import { commitThenDrop, delay, halfBody, hang, refuse, resetBeforeForwarding } from '../proxy/faults.ts';
import { goneEvent } from '../proxy/proxy.ts';
import type { Fault, Rule } from '../proxy/rules.ts';

/** A fault that lasts for a while. */
export interface ApiFault {
  readonly name: string;
  readonly rules: readonly Rule[];
  /** What happens once, when it begins. */
  readonly begin?: (dispatcher: Dispatcher) => number;
  /** Lasts as long as an outage and not as long as a hiccup. */
  readonly long?: boolean;
}

const jobs = /\/namespaces\/[^/]+\/jobs\/[^/]+$/;
const secrets = /\/namespaces\/[^/]+\/secrets\/[^/]+$/;
const jobSinks = /\/jobsinks$/;

const everyCall: Readonly<Record<string, Fault>> = {
  'slow by 1.5 s': delay(1_500),
  '429 with Retry-After': refuse(429, 'TooManyRequests', 1),
  '500': refuse(500, 'InternalError'),
  '503': refuse(503, 'ServiceUnavailable'),
  'reset before forwarding': resetBeforeForwarding,
  'commit, then drop': commitThenDrop,
  'half of the body': halfBody,
  'no answer': hang,
};

const calls: readonly { readonly call: string; readonly method: string; readonly target: RegExp }[] = [
  { call: 'create Job', method: 'POST', target: jobs },
  { call: 'get Job', method: 'GET', target: jobs },
  { call: 'create Secret', method: 'POST', target: secrets },
];

const goneWatch: Fault = (exchange) =>
  exchange.pass({
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(goneEvent),
  });

const onWrites = (fault: Fault): Rule[] => [
  { method: 'POST', target: jobs, fault },
  { method: 'POST', target: secrets, fault },
];

const onEverything = (fault: Fault): Rule[] =>
  ['GET', 'POST', 'PATCH', 'DELETE', 'WATCH'].map((method) => ({ method, target: /./, fault }));

const breakWatches =
  (how: 'gone' | 'reset') =>
  ({ proxy }: Dispatcher): number =>
    proxy.breakWatches(how);

/** Every kind of fault on every kind of call, and what only a watch can suffer. */
export const apiFaultList: readonly ApiFault[] = [
  ...calls.flatMap(({ call, method, target }) =>
    Object.entries(everyCall).map(([name, fault]) => ({
      name: `${call}: ${name}`,
      rules: [{ method, target, fault }],
    })),
  ),
  // Others' 409s: a Job that vanishes before it is read, and a quota that is being written at the same time.
  {
    name: 'create Job: 409',
    rules: [{ method: 'POST', target: jobs, fault: refuse(409, 'AlreadyExists') }],
  },
  {
    name: 'create Secret: 409 Conflict',
    rules: [{ method: 'POST', target: secrets, fault: refuse(409, 'Conflict') }],
  },
  // A quota that is full for new Secrets, and a policy that nobody may change Jobs under.
  {
    name: 'create Secret: 403',
    rules: [{ method: 'POST', target: secrets, fault: refuse(403, 'Forbidden') }],
  },
  { name: 'create Job: 403', rules: [{ method: 'POST', target: jobs, fault: refuse(403, 'Forbidden') }] },
  ...['500', 'commit, then drop', 'half of the body', 'no answer'].map((name) => ({
    name: `mark Job: ${name}`,
    rules: [{ method: 'PATCH', target: jobs, fault: everyCall[name]! }],
  })),
  { name: 'mark Job: 403', rules: [{ method: 'PATCH', target: jobs, fault: refuse(403, 'Forbidden') }] },
  { name: 'create Job and Secret: commit, then drop', rules: onWrites(commitThenDrop) },
  { name: 'watch: ERROR 410', rules: [], begin: breakWatches('gone') },
  {
    name: 'watch: ERROR 410 every time',
    rules: [{ method: 'WATCH', target: jobSinks, fault: goneWatch }],
    begin: breakWatches('gone'),
  },
  {
    name: 'watch: reset every time',
    rules: [{ method: 'WATCH', target: jobSinks, fault: resetBeforeForwarding }],
    begin: breakWatches('reset'),
  },
  {
    name: 'watch gone and its list 500',
    rules: [{ method: 'GET', target: jobSinks, fault: refuse(500, 'InternalError') }],
    begin: breakWatches('gone'),
  },
  {
    name: 'API server unreachable',
    rules: onEverything(resetBeforeForwarding),
    begin: breakWatches('reset'),
    long: true,
  },
  {
    name: 'API server refuses with 503',
    rules: onEverything(refuse(503, 'ServiceUnavailable')),
    begin: breakWatches('reset'),
    long: true,
  },
];
