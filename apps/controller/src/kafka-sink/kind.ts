import { kafkaSinkResource } from '@event-sinks/crds';
import { createSinkLoop } from '../adapters/sink-loop.ts';
import { createStatusWriter } from '../adapters/status-writer.ts';
import { TroubleLog } from '@event-sinks/runtime';
import type { Kind, KindParts, KindsOptions } from '../kinds.ts';
import { createCredentialsReader } from './credentials-reader.ts';
import { createKafkaSinkFinalizer } from './finalize.ts';
import { createKafkaSinkReconciler } from './reconcile.ts';
import { createSecretReaders, type SecretReaders } from './secret-readers.ts';
import { createSinkWriter } from './sink-writer.ts';
import { createSurroundings } from './surroundings.ts';
import { createTopicWatch, type TopicWatch } from './topic-watch.ts';

/** Puts the loop of KafkaSinks together with what it asks, and with the bindings that let it read Secrets. */
export function createKafkaSinkKind(options: KindsOptions, parts: KindParts): Kind {
  const { config, client, logger, clock, random, metrics, fence, recorder, brokers, gate } = options;
  const recheck = parts.newRecheck();
  const pods = parts.dataPlaneOf(config.KAFKA_SINK_SERVICE, () => {
    loop.wakeAll();
  });
  const topicWatch: TopicWatch = createTopicWatch({
    ...{ brokers, clock, random, logger },
    // An answer is for the pass that it wakes, and for others in the same moment.
    freshMs: config.RECHECK_NOT_READY,
    mostMs: config.RECHECK_NOT_READY_MOST,
    limits: { total: config.KAFKA_QUESTIONS, perCluster: config.KAFKA_QUESTIONS_PER_CLUSTER },
    wake: (sink) => {
      loop.wake(sink);
    },
  });
  const troubles = new TroubleLog({ clock });
  const work = {
    ...{ brokers, topicWatch, recorder, troubles, fence, clock, gate, dataPlane: pods },
    readCredentials: createCredentialsReader(client, clock),
    sinkWriter: createSinkWriter({ client, fence, clock }),
  };
  const finalizer = createKafkaSinkFinalizer({
    ...work,
    surroundings: createSurroundings({ client, watchNamespaces: config.WATCH_NAMESPACES }),
    limits: { timeMs: config.TOPIC_DELETE_TIMEOUT, tries: config.TOPIC_DELETE_TRIES },
  });
  const loop = createSinkLoop({
    ...{ client, logger, clock, random, metrics, workers: config.WORKERS },
    ...{ resource: kafkaSinkResource, namespaces: config.WATCH_NAMESPACES },
    reconcile: createKafkaSinkReconciler({
      ...work,
      service: parts.serviceOf(config.KAFKA_SINK_SERVICE),
      statusWriter: createStatusWriter({ client, resource: kafkaSinkResource, fence, recorder }),
      ...{ recheck, times: parts.times },
    }),
    finalize: (sink, context) => finalizer.finalize(sink, context),
    onChange: ({ type, object }) => {
      const { uid = '', namespace = '' } = object.metadata;
      readers.wake(namespace);
      if (type !== 'deleted') return;
      topicWatch.forget(uid);
      finalizer.forget(uid);
      recheck.forget(uid);
      troubles.over(uid);
    },
  });
  const readers: SecretReaders = createSecretReaders({
    ...{ client, logger, clock, random, metrics, fence },
    ...{ role: config.SECRET_READER_ROLE, namespaces: config.WATCH_NAMESPACES },
    accounts: [config.CONTROLLER_SERVICE_ACCOUNT, config.KAFKA_SINK_SERVICE_ACCOUNT],
    systemNamespace: config.SYSTEM_NAMESPACE,
    sinks: loop,
  });
  const asking = { start: () => undefined, stop: () => topicWatch.stop(), hasSynced: () => true };
  return {
    plural: kafkaSinkResource.plural,
    loop,
    watches: [loop, pods, readers, asking],
    leads: [loop, readers],
  };
}
