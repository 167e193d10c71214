import { expect } from '@jest/globals';
import { jobs, type KubeClient, type KubeObject, type Resource } from '@event-sinks/kube';
import { eventually } from '@event-sinks/testing';
import { smallestJob } from './cluster.ts';

const ofPolicies = (plural: string): Resource => ({
  ...{ group: 'admissionregistration.k8s.io', version: 'v1', plural, namespaced: false },
});

/** What is forbidden about Jobs, and where. */
export interface Forbidden {
  readonly namespace: string;
  /** CREATE is among them. */
  readonly operations: readonly ('CREATE' | 'UPDATE')[];
}

/** An admission policy that refuses; resolves when it is in force. */
export async function forbid(client: KubeClient, { namespace, operations }: Forbidden): Promise<void> {
  const apiVersion = 'admissionregistration.k8s.io/v1';
  const metadata = { name: `forbid-jobs-in-${namespace}` };
  const rule = { apiGroups: ['batch'], apiVersions: ['v1'], resources: ['jobs'], operations };
  await client.create<KubeObject>(ofPolicies('validatingadmissionpolicies'), {
    ...{ apiVersion, kind: 'ValidatingAdmissionPolicy', metadata },
    spec: { matchConstraints: { resourceRules: [rule] }, validations: [{ expression: 'false' }] },
  });
  const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': namespace } };
  const spec = {
    policyName: metadata.name,
    validationActions: ['Deny'],
    matchResources: { namespaceSelector },
  };
  await client.create<KubeObject>(ofPolicies('validatingadmissionpolicybindings'), {
    ...{ apiVersion, kind: 'ValidatingAdmissionPolicyBinding', metadata, spec },
  });
  const sample = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { namespace, name: 'sample' },
    ...smallestJob,
  };
  await eventually(() =>
    expect(client.create<KubeObject>(jobs, sample, { dryRun: true })).rejects.toThrow(
      'ValidatingAdmissionPolicy',
    ),
  );
}
