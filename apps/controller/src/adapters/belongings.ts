import {
  isConflict,
  isNotFound,
  type KubeClient,
  type KubeObject,
  type ObjectTarget,
  type Resource,
} from '@event-sinks/kube';
import type { Clock, Logger } from '@event-sinks/runtime';
import { findOwner, roles } from './owner.ts';

/** Sees to it that what the controllers make for themselves goes when they are uninstalled. */
export interface Belongings {
  /** Looks after them until the signal aborts. */
  lead(signal: AbortSignal): Promise<void>;
}

/** What {@link Belongings} work with. */
export interface BelongingsOptions {
  readonly client: Pick<KubeClient, 'get' | 'replace'>;
  readonly namespace: string;
  /**
   * The Role by which the controllers may make the objects; it becomes their owner. Helm deletes it after its binding, so
   * nobody can make an object again that has gone with it.
   */
  readonly role: string;
  /** In the same namespace; one that is not there yet is waited for. */
  readonly objects: readonly { readonly resource: Resource; readonly name: string }[];
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How soon to look again while an object lacks its owner, as right after the installation. */
const soonMs = 1_000;

/** How soon otherwise: an object that is made anew has no owner either. */
const laterMs = 60_000;

/** Gives each of the objects the Role as its owner, also those that a version without owners has made. */
export function createBelongings(options: BelongingsOptions): Belongings {
  return {
    async lead(signal) {
      while (!signal.aborted) {
        const settled = await pass(options, signal);
        await options.clock.sleep(settled ? laterMs : soonMs, signal);
      }
    },
  };
}

async function pass(options: BelongingsOptions, signal: AbortSignal): Promise<boolean> {
  try {
    let settled = true;
    for (const object of options.objects) settled = (await own(options, object, signal)) && settled;
    return settled;
  } catch (error) {
    if (!signal.aborted)
      options.logger.warn('What the controllers have made could not be given its owner', { error });
    return true;
  }
}

/** @returns whether nothing is left to do for the moment. */
async function own(
  { client, namespace, role }: BelongingsOptions,
  { resource, name }: BelongingsOptions['objects'][number],
  signal: AbortSignal,
): Promise<boolean> {
  const object = await read(client, resource, { namespace, name }, signal);
  if (object === undefined) return false;
  const { ownerReferences = [] } = object.metadata;
  if (ownerReferences.length > 0) return true;
  const owner = await findOwner(client, roles, { namespace, name: role }, { signal });
  // Without the right to read the Role there is nothing to wait for.
  if (owner === undefined) return true;
  const owned = { ...object, metadata: { ...object.metadata, ownerReferences: [owner] } };
  try {
    await client.replace(resource, owned, { signal });
    return true;
  } catch (error) {
    // Renewed or rotated in between.
    if (isConflict(error)) return false;
    throw error;
  }
}

async function read(
  client: BelongingsOptions['client'],
  resource: Resource,
  target: ObjectTarget,
  signal: AbortSignal,
): Promise<KubeObject | undefined> {
  try {
    return await client.get(resource, target, { signal });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
