import { isAlreadyExists, jobs, secrets, type KubeClient, type KubeObject } from '@event-sinks/kube';
import { eventSecretName, isSwept, storedAnnotation } from '@event-sinks/job-plan';

/** A dispatcher that was given an event whose Job is there already, one call at a time. */
export interface ScriptedDispatcher {
  /** Reads the Job; stores the Secret; marks the Job as stored and acknowledges. A refusal ends it. */
  readonly steps: readonly (() => Promise<void>)[];
  acknowledged(): boolean;
}

/** The calls that the dispatcher makes, see `job-confirmation.ts` there, and what it makes of their answers. */
export function scriptedDispatcher(client: KubeClient, job: KubeObject): ScriptedDispatcher {
  const { namespace, name } = job.metadata;
  let known: KubeObject | undefined;
  let acknowledged = false;
  const read = async (): Promise<void> => {
    known = await client.get(jobs, { namespace, name }).catch(() => undefined);
    if (known !== undefined && (isSwept(known) || known.metadata.deletionTimestamp !== undefined))
      known = undefined;
  };
  /** Again at another version, as often as the Job has changed. */
  const confirm = async (): Promise<boolean> => {
    const uid = known?.metadata.uid;
    while (known !== undefined && known.metadata.uid === uid) {
      const pinned = { namespace, name, resourceVersion: known.metadata.resourceVersion ?? '' };
      const change = { metadata: { annotations: { [storedAnnotation]: uid } } };
      const marked = await client.patch(jobs, pinned, change).catch(() => undefined);
      if (marked !== undefined) return true;
      await read();
    }
    return false;
  };
  return {
    steps: [
      read,
      async () => {
        if (known === undefined) return;
        await client.create<KubeObject>(secrets, secretOf(job)).catch((error: unknown) => {
          if (!isAlreadyExists(error)) throw error;
        });
      },
      async () => {
        acknowledged = await confirm();
      },
    ],
    acknowledged: () => acknowledged,
  };
}

/** The Secret that makes a Job's event stored. */
export function secretOf(job: KubeObject): KubeObject {
  const { namespace, name, uid = '' } = job.metadata;
  const ownerReferences = [{ apiVersion: 'batch/v1', kind: 'Job', name, uid }];
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace, name: eventSecretName(job) ?? '', ownerReferences },
    immutable: true,
    data: { event: '' },
  };
}

/** A client that lets something else happen right before each call of the sweep, which is given its number from 0. */
export function interrupted(
  client: KubeClient,
  before: (call: number) => Promise<void>,
): KubeClient & { readonly calls: () => number } {
  let calls = 0;
  const next = (): Promise<void> => before(calls++);
  return {
    ...client,
    calls: () => calls,
    create: async (resource, body, options) => (await next(), client.create(resource, body, options)),
    patch: async (resource, target, patch, options) => (
      await next(),
      client.patch(resource, target, patch, options)
    ),
    delete: async (resource, target, options) => {
      await next();
      await client.delete(resource, target, options);
    },
  };
}

/** All ways to deal `count` steps, in their order, to the moments 0 to `last`. */
export function deals(count: number, last: number, from = 0): number[][] {
  if (count === 0) return [[]];
  const moments = Array.from({ length: last - from + 1 }, (_, index) => from + index);
  return moments.flatMap((moment) => deals(count - 1, last, moment).map((rest) => [moment, ...rest]));
}
