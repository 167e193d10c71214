import type { ApiFaultProxy } from '../proxy/proxy.ts';
import { commitThenDrop, hold, refuse } from '../proxy/faults.ts';
import type { PlacedRule } from '../proxy/rules.ts';
import type { ApiPoint, CrashPoint } from './crash-points.ts';
import type { AttemptHooks } from './sender.ts';

/** One event that will stand at one point. */
export interface Ambush {
  /** Resolves when the event is there. */
  readonly reached: Promise<void>;
  /** What the sender has to do for it. */
  hooks(): AttemptHooks;
  /** Lets the event go on. */
  release(): void;
  /** Takes all rules away. */
  lift(): void;
}

/** What {@link layAmbush} works with; the sink is for this one event. */
export interface AmbushOptions {
  readonly proxy: ApiFaultProxy;
  readonly sink: string;
}

/** Prepares the proxy, or the sender, for an event that is to be caught at this point. */
export function layAmbush(point: CrashPoint, options: AmbushOptions): Ambush {
  return 'at' in point ? ambushInCall(point, options) : ambushAtEdge(point.name);
}

function ambushInCall(point: ApiPoint, { proxy, sink }: AmbushOptions): Ambush {
  const held = hold(point.at);
  const target = (resource: string): RegExp =>
    new RegExp(`/${resource}/${sink}-[a-z2-7]{26}(-[a-z2-7]{16})?$`);
  const rules: PlacedRule[] = [];
  if (point.way === 'redelivered')
    rules.push(proxy.add({ method: 'POST', target: target('jobs'), nth: 1, fault: commitThenDrop }));
  if (point.way === 'refused') {
    const fault = refuse(422, 'Invalid');
    rules.push(proxy.add({ method: 'POST', target: target('secrets'), nth: 1, fault }));
  }
  const { method, nth, resource } = point;
  rules.push(proxy.add({ method, target: target(resource), nth, fault: held.fault }));
  return {
    reached: held.reached,
    hooks: () => ({}),
    release: () => {
      held.release();
    },
    lift: () => {
      for (const rule of rules) rule.lift();
    },
  };
}

function ambushAtEdge(name: 'body/half-read' | 'answer/on-the-wire'): Ambush {
  const arrived: PromiseWithResolvers<void> = Promise.withResolvers();
  const released: PromiseWithResolvers<void> = Promise.withResolvers();
  let used = false;
  const hooks = (): AttemptHooks => {
    if (used) return {};
    used = true;
    if (name === 'answer/on-the-wire') return { answered: arrived.resolve };
    return {
      halfSent: async () => {
        // The bytes need a moment to be read at the other end; nothing tells when they are.
        setTimeout(arrived.resolve, 50);
        await released.promise;
      },
    };
  };
  return {
    reached: arrived.promise,
    hooks,
    release: () => {
      released.resolve();
    },
    lift: () => undefined,
  };
}
