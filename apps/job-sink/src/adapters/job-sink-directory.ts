import { isUnderEventPolicy, jobSinkResource, parseJobSink, type JobSink } from '@event-sinks/crds';
import { SinkError } from '@event-sinks/errors';
import {
  createManyInformers,
  type KubeClient,
  type KubeObject,
  type ManyInformers,
  type SecurityGate,
} from '@event-sinks/kube';
import type { Clock, Logger } from '@event-sinks/runtime';

/** A JobSink as the dispatcher serves it. */
export interface ServedJobSink {
  readonly uid: string;
  readonly generation: number;
  readonly namespace: string;
  readonly name: string;
  readonly jobSink: JobSink;
  /** EventPolicies protect it. */
  readonly isUnderPolicy: boolean;
}

/** The JobSinks that are served, from watches: looking one up costs no call. */
export interface JobSinkDirectory {
  start(): void;
  stop(): Promise<void>;
  hasSynced(): boolean;
  secondsSinceLastSign(): number;
  /** About namespaces whose JobSinks cannot be seen. */
  warnings(): readonly string[];
  /** @throws SinkError `SinkNotFound`, `SinkTerminating`, or `JobTemplateRefused` for an object that cannot be read. */
  find(namespace: string, name: string): ServedJobSink;
}

/** What a {@link JobSinkDirectory} works with. */
export interface JobSinkDirectoryOptions {
  readonly client: KubeClient;
  /** All when left out or empty. */
  readonly namespaces?: readonly string[];
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: () => number;
  /** The sink is gone for good, and so is what was kept for it. */
  readonly onDeleted: (sink: {
    readonly namespace: string;
    readonly name: string;
    readonly uid: string;
  }) => void;
}

type Entry = ServedJobSink | { readonly problems: readonly string[] };

/**
 * A JobSink made while the API server was away is served within ten seconds of its return. One list in five
 * seconds is little to ask of a server that has just come up, and there are few dispatchers.
 */
const backoffCapMs = 5_000;

/** Follows the JobSinks of these namespaces; each is parsed once per change and not once per event. */
export function createJobSinkDirectory(options: JobSinkDirectoryOptions): JobSinkDirectory {
  const entries = new Map<string, Entry>();
  const informer: ManyInformers<KubeObject> = createManyInformers<KubeObject>({
    ...options,
    resource: jobSinkResource,
    namespaces: options.namespaces ?? [],
    backoffCapMs,
    onChange: ({ type, object }) => {
      const { namespace = '', name, uid = '' } = object.metadata;
      const key = `${namespace}/${name}`;
      if (type !== 'deleted') {
        entries.set(key, read(object, options.logger));
        return;
      }
      entries.delete(key);
      options.onDeleted({ namespace, name, uid });
    },
  });
  return {
    start: () => {
      informer.start();
    },
    stop: () => informer.stop(),
    hasSynced: () => informer.hasSynced(),
    secondsSinceLastSign: () => informer.secondsSinceLastSign(),
    warnings: () => informer.warnings(),
    find(namespace, name) {
      const entry = entries.get(`${namespace}/${name}`);
      if (entry === undefined) throw new SinkError('SinkNotFound');
      if ('problems' in entry)
        throw new SinkError('JobTemplateRefused', { detail: entry.problems.join('; ') });
      if (entry.jobSink.metadata.deletionTimestamp !== undefined) throw new SinkError('SinkTerminating');
      return entry;
    },
  };
}

/** The same directory, which finds no sink that the gate keeps events from. */
export function behindGate(
  directory: Pick<JobSinkDirectory, 'find'>,
  gate: Pick<SecurityGate, 'assertOpen'>,
): Pick<JobSinkDirectory, 'find'> {
  return {
    find(namespace, name) {
      const sink = directory.find(namespace, name);
      gate.assertOpen(sink.isUnderPolicy);
      return sink;
    },
  };
}

function read(object: KubeObject, logger: Logger): Entry {
  const { namespace = '', name, uid = '', generation = 0 } = object.metadata;
  const parsed = parseJobSink(object);
  if (parsed.ok) {
    const isUnderPolicy = isUnderEventPolicy(parsed.value.status);
    return { uid, generation, namespace, name, jobSink: parsed.value, isUnderPolicy };
  }
  logger.warn('A JobSink cannot be read', { namespace, name, problems: parsed.problems });
  return { problems: parsed.problems };
}
