import type { HoldAt } from '../proxy/faults.ts';

/** How an event gets onto the way on which a point lies. */
export type Way =
  /** A new event. */
  | 'new'
  /** The first answer was lost after the commit, so that the sender's retry finds the Job. */
  | 'redelivered'
  /** The Secret is refused for its content once, so that the dispatcher takes the Job back. */
  | 'refused';

/** A call of the API at which a dispatcher is struck. */
export interface ApiPoint {
  readonly name: string;
  readonly way: Way;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly resource: 'jobs' | 'secrets';
  /** The nth call of that kind for the event. */
  readonly nth: number;
  readonly at: HoldAt;
}

/** A place outside of any call of the API. */
export interface EdgePoint {
  readonly name: 'body/half-read' | 'answer/on-the-wire';
  readonly way: 'new';
}

/** One await between a request and its answer; docs/reliability.md says which is which. */
export type CrashPoint = ApiPoint | EdgePoint;

const everywhere: readonly HoldAt[] = ['before-send', 'after-commit', 'half-answer', 'after-answer'];
const aroundTheCall: readonly HoldAt[] = ['before-send', 'after-commit', 'after-answer'];

function pointsOf(
  call: string,
  places: readonly HoldAt[],
  point: Omit<ApiPoint, 'name' | 'at'>,
): readonly ApiPoint[] {
  return places.map((at) => ({ ...point, name: `${call}/${at}`, at }));
}

/** Every point of the dispatcher's way of an event. */
export const allCrashPoints: readonly CrashPoint[] = [
  { name: 'body/half-read', way: 'new' },
  ...pointsOf('job-create', everywhere, { way: 'new', method: 'POST', resource: 'jobs', nth: 1 }),
  ...pointsOf('job-get', everywhere, { way: 'redelivered', method: 'GET', resource: 'jobs', nth: 1 }),
  ...pointsOf('secret-create', everywhere, { way: 'new', method: 'POST', resource: 'secrets', nth: 1 }),
  ...pointsOf('job-confirm', aroundTheCall, {
    way: 'redelivered',
    method: 'PATCH',
    resource: 'jobs',
    nth: 1,
  }),
  ...pointsOf('job-give-up', aroundTheCall, { way: 'refused', method: 'PATCH', resource: 'jobs', nth: 1 }),
  ...pointsOf('job-delete', aroundTheCall, { way: 'refused', method: 'DELETE', resource: 'jobs', nth: 1 }),
  { name: 'answer/on-the-wire', way: 'new' },
];

/** Whether the process goes on by itself at this point, so that a signal must come at once and to it alone. */
export function isFleeting(point: CrashPoint): boolean {
  return 'at' in point ? point.at === 'after-answer' : point.name === 'answer/on-the-wire';
}
