import { addressableLabel } from '@event-sinks/crds';
import { eventually } from '@event-sinks/testing';
import type { TestCluster } from '../support/test-cluster.ts';

/** A service account that may read addressable objects in the whole cluster, and do nothing else. */
export interface ResolverAccount {
  readonly name: string;
  /** Whether it may do a thing, as `kubectl auth can-i` says; `-A` means the whole cluster. */
  can(...verb: readonly string[]): Promise<boolean>;
  /** Takes away what lies outside the namespace. */
  remove(): Promise<void>;
}

/**
 * Makes the account as Knative makes that of its controllers: the role names no kind, it is filled by the API server's
 * controllers with every role that bears the label. Resolves once it is filled.
 */
export async function makeResolverAccount(target: TestCluster): Promise<ResolverAccount> {
  const name = 'resolver';
  const { namespace } = target;
  const role = `addressable-resolver-${namespace}`;
  const group = 'rbac.authorization.k8s.io';
  const objects = [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } },
    {
      apiVersion: `${group}/v1`,
      kind: 'ClusterRole',
      metadata: { name: role },
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [addressableLabel]: 'true' } }] },
      rules: [],
    },
    {
      apiVersion: `${group}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: role },
      subjects: [{ kind: 'ServiceAccount', name, namespace }],
      roleRef: { apiGroup: group, kind: 'ClusterRole', name: role },
    },
  ];
  await target.kubectl(
    ['apply', '-f', '-'],
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }),
  );
  const can = async (...verb: readonly string[]): Promise<boolean> => {
    const as = `--as=system:serviceaccount:${namespace}:${name}`;
    return (await target.tryKubectl(['auth', 'can-i', ...verb, as])).stdout.trim() === 'yes';
  };
  await eventually(async () => {
    if (!(await can('watch', 'jobsinks.sinks.knative.dev', '-A')))
      throw new Error(`${role} is not filled yet`);
  });
  return {
    name,
    can,
    remove: async () => {
      await target.kubectl(['delete', `clusterrole/${role}`, `clusterrolebinding/${role}`]);
    },
  };
}
