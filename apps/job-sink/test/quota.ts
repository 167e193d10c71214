import { expect } from '@jest/globals';
import { jobs, secrets, type KubeClient, type KubeObject, type Resource } from '@event-sinks/kube';
import { eventually } from '@event-sinks/testing';
import { smallestJob } from './cluster.ts';

const quotas: Resource = { group: '', version: 'v1', plural: 'resourcequotas', namespaced: true };

/** A quota that leaves room for nothing more; resolves when it is in force, with what takes it away again. */
export async function fillQuota(
  client: KubeClient,
  namespace: string,
  counted: 'count/secrets' | 'count/jobs.batch',
): Promise<() => Promise<void>> {
  const target = { namespace, name: 'none' };
  const hard = { [counted]: '0' };
  const quota = await client.create<KubeObject>(quotas, {
    ...{ apiVersion: 'v1', kind: 'ResourceQuota', metadata: target, spec: { hard } },
  });
  // No controller counts here, so what is used is written by hand.
  const pinned = { ...target, resourceVersion: quota.metadata.resourceVersion ?? '' };
  await client.patchStatus(quotas, pinned, { hard, used: hard });
  const metadata = { namespace, name: 'sample' };
  const [resource, sample] =
    counted === 'count/secrets'
      ? [secrets, { apiVersion: 'v1', kind: 'Secret', metadata }]
      : [jobs, { apiVersion: 'batch/v1', kind: 'Job', metadata, ...smallestJob }];
  const trial = (): Promise<KubeObject> => client.create<KubeObject>(resource, sample, { dryRun: true });
  await eventually(() => expect(trial()).rejects.toThrow('exceeded quota'));
  return async () => {
    await client.delete(quotas, target);
    await eventually(trial);
  };
}
