import type { KubeObject } from '@event-sinks/kube';
import { cut } from './admission/problem.ts';

/** Why the pod of a Job does not run. */
export interface PodWait {
  readonly reason: 'PodsNotCreated' | 'PodsUnschedulable' | 'ContainersNotStarted' | 'PodsNotReady';
  /** In Kubernetes' words; empty where the pod says nothing. */
  readonly text: string;
}

interface Waiting {
  readonly reason?: string;
  readonly message?: string;
}

interface PodStatus {
  readonly conditions?: readonly (Waiting & { readonly type?: string; readonly status?: string })[];
  readonly initContainerStatuses?: readonly ContainerStatus[];
  readonly containerStatuses?: readonly ContainerStatus[];
}

interface ContainerStatus {
  readonly name?: string;
  readonly state?: { readonly waiting?: Waiting };
}

/** Messages of the kubelet quote whole answers of registries. */
const longestText = 240;

/** What every container of a new pod is for a moment, and one that waits for a volume for long. */
const beginning = ['ContainerCreating', 'PodInitializing'];

/** Reads the pods of a Job that has waited for long. */
export function podWait(pods: readonly KubeObject[]): PodWait {
  if (pods.length === 0) return { reason: 'PodsNotCreated', text: '' };
  const statuses = pods.map((pod) => (pod['status'] ?? {}) as PodStatus);
  return (
    first(statuses, unschedulable) ?? first(statuses, notStarted) ?? { reason: 'PodsNotReady', text: '' }
  );
}

function first(
  statuses: readonly PodStatus[],
  read: (status: PodStatus) => PodWait | undefined,
): PodWait | undefined {
  return statuses.map(read).find((wait) => wait !== undefined);
}

function unschedulable({ conditions = [] }: PodStatus): PodWait | undefined {
  const condition = conditions.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  if (condition === undefined) return undefined;
  return { reason: 'PodsUnschedulable', text: cut(condition.message ?? condition.reason ?? '', longestText) };
}

function notStarted({ initContainerStatuses = [], containerStatuses = [] }: PodStatus): PodWait | undefined {
  const waiting = [...initContainerStatuses, ...containerStatuses].flatMap(({ name = '', state = {} }) =>
    state.waiting?.reason === undefined ? [] : [{ name, ...state.waiting, reason: state.waiting.reason }],
  );
  const found = waiting.find(({ reason }) => !beginning.includes(reason)) ?? waiting[0];
  if (found === undefined) return undefined;
  const { name, reason, message } = found;
  // The two take turns, and a status that did would be written time and again.
  const stable = reason === 'ErrImagePull' ? 'ImagePullBackOff' : reason;
  const text = [`container ${name}`, stable, ...(message === undefined ? [] : [message])].join(': ');
  return { reason: 'ContainersNotStarted', text: cut(text, longestText) };
}
