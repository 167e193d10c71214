import type { KafkaSink } from '@event-sinks/crds';
import type { KubeObject } from '@event-sinks/kube';
import type { Logger, TroubleLog } from '@event-sinks/runtime';
import type { EventRecorder } from '../adapters/event-recorder.ts';
import type { BrokerTrouble } from '../domain/broker-trouble.ts';
import type { TopicShape } from '../domain/topic.ts';
import { troubleOf, type Brokers } from './brokers.ts';
import type { SinkWriter } from './sink-writer.ts';
import type { TopicQuestion, TopicWatch } from './topic-watch.ts';

/** What a topic is created and deleted with. */
export interface ActorOptions {
  readonly brokers: Brokers;
  readonly topicWatch: TopicWatch;
  readonly sinkWriter: SinkWriter;
  readonly recorder: EventRecorder;
  /** What could not be done to a topic, by the uid of its sink. */
  readonly troubles: TroubleLog;
  /** Throws unless this process leads at this moment. */
  readonly fence: () => void;
}

/** The sink that is acted for, in both forms. */
export interface ActedFor {
  readonly object: KubeObject;
  readonly sink: KafkaSink;
  readonly question: TopicQuestion;
}

/** `busy`: the cluster has enough to do; try again. */
export type ActOutcome =
  | { readonly did: 'done' }
  | { readonly did: 'busy' }
  | { readonly did: 'failed'; readonly trouble: BrokerTrouble };

/** Creates the topic, and claims it when Kafka says that this call has. */
export async function createTopic(
  options: ActorOptions,
  { object, sink, question }: ActedFor,
  shape: TopicShape,
  logger: Logger,
): Promise<ActOutcome> {
  const { brokers, topicWatch, sinkWriter, recorder, fence } = options;
  const { topic } = sink.spec;
  const create = async (): Promise<void> => {
    const answer = await brokers.create(question.cluster, topic, shape);
    // Somebody was faster; the next look tells what is there now.
    if (answer.outcome === 'exists') return;
    logger.info('A topic was created', { topic, ...shape });
    const isClaimed = await sinkWriter.recordClaim(object, { state: 'created', id: answer.id });
    if (!isClaimed) {
      logger.warn('A topic was created for a sink that is gone; it is kept', { topic });
      return;
    }
    const note = `The topic ${topic} was created with ${shape.numPartitions} partitions and replication factor ${shape.replicationFactor}.`;
    recorder.record(object, { type: 'Normal', reason: 'TopicCreated', note });
  };
  const begin = (): Promise<void> | undefined => {
    fence();
    return topicWatch.change(sink.metadata, question, create);
  };
  return attempt(begin, failedLine(options, sink, logger, 'A topic could not be created'));
}

/** Deletes the topic with this id. */
export async function deleteTopic(
  options: ActorOptions,
  { object, sink, question }: ActedFor,
  id: string,
  logger: Logger,
): Promise<ActOutcome> {
  const { brokers, topicWatch, recorder, fence } = options;
  const { topic } = sink.spec;
  const remove = async (): Promise<void> => {
    if ((await brokers.delete(question.cluster, id)) === 'missing') return;
    logger.info('A topic was deleted with its sink', { topic });
    const note = `The topic ${topic}, which the sink had created, was deleted with it.`;
    recorder.record(object, { type: 'Normal', reason: 'TopicDeleted', note });
  };
  const begin = (): Promise<void> | undefined => {
    fence();
    return topicWatch.change(sink.metadata, question, remove);
  };
  return attempt(begin, failedLine(options, sink, logger, 'A topic could not be deleted'));
}

type FailedLine = (trouble: BrokerTrouble, error: unknown) => void;

function failedLine({ troubles }: ActorOptions, sink: KafkaSink, logger: Logger, words: string): FailedLine {
  return ({ reason }, error) => {
    troubles.trouble(sink.metadata.uid, reason, (fields) => {
      logger.warn(words, { topic: sink.spec.topic, ...fields, error });
    });
  };
}

async function attempt(begin: () => Promise<void> | undefined, failed: FailedLine): Promise<ActOutcome> {
  const work = begin();
  if (work === undefined) return { did: 'busy' };
  try {
    await work;
    return { did: 'done' };
  } catch (error) {
    const trouble = troubleOf(error);
    failed(trouble, error);
    return { did: 'failed', trouble };
  }
}
