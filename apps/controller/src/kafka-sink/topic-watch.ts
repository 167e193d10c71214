import { securityKey } from '@event-sinks/kafka';
import type { Clock, Logger } from '@event-sinks/runtime';
import type { TopicView } from '../domain/topic.ts';
import { AskLine } from './ask-line.ts';
import { troubleOf, type Brokers, type ClusterAccess } from './brokers.ts';

/** Which sink asks. */
export interface Asker {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
}

/** What a sink wants to know. */
export interface TopicQuestion {
  readonly cluster: ClusterAccess;
  readonly topic: string;
  readonly needsId: boolean;
}

/**
 * Asks the brokers beside the workers: a cluster that swallows what it is sent costs each question its whole time, and
 * a few such sinks would hold every worker and with them all other sinks.
 */
export interface TopicWatch {
  /** The answer, if it is fresh. Otherwise the question is asked, and the sink woken when the answer is there. */
  view(sink: Asker, question: TopicQuestion): TopicView | undefined;
  /** Runs a change of a topic unless the cluster is as busy as it may be; undefined then. Forgets what was answered. */
  change<T>(sink: Asker, question: TopicQuestion, work: () => Promise<T>): Promise<T> | undefined;
  /** The sink is gone, or what was answered about it is no longer true. */
  forget(uid: string): void;
  /** Resolves when nothing is being asked any more. */
  stop(): Promise<void>;
}

/** What a {@link TopicWatch} works with. */
export interface TopicWatchOptions {
  readonly brokers: Brokers;
  /** Milliseconds that an answer is good for. */
  readonly freshMs: number;
  /** Questions under way at once, to all clusters together and to one. */
  readonly limits: { readonly total: number; readonly perCluster: number };
  readonly wake: (sink: Asker) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Answer {
  readonly digest: string;
  readonly at: number;
  readonly view: TopicView;
}

/** Keeps one answer per sink. */
export function createTopicWatch(options: TopicWatchOptions): TopicWatch {
  const { brokers, clock, logger, freshMs, wake } = options;
  const answers = new Map<string, Answer>();
  const line = new AskLine<TopicView>(options.limits);

  const answered = (sink: Asker, digest: string, view: TopicView): void => {
    answers.set(sink.uid, { digest, at: clock.monotonic(), view });
    wake(sink);
  };
  const ask = async ({ cluster, topic, needsId }: TopicQuestion): Promise<TopicView> => {
    try {
      return await brokers.describe(cluster, topic, needsId);
    } catch (error) {
      const trouble = troubleOf(error);
      logger.warn('The brokers could not be asked about a topic', { topic, reason: trouble.reason, error });
      return { state: 'unknown', trouble };
    }
  };
  return {
    view(sink, question) {
      const cluster = clusterKey(question.cluster);
      const digest = JSON.stringify([cluster, question.topic, question.needsId]);
      const last = answers.get(sink.uid);
      if (last?.digest === digest && clock.monotonic() - last.at <= freshMs) return last.view;
      line.ask({
        ...{ key: sink.uid, cluster, digest, work: () => ask(question), isForAll: isAway },
        answered: (view) => {
          answered(sink, digest, view);
        },
      });
      return undefined;
    },
    change(sink, question, work) {
      answers.delete(sink.uid);
      line.forget(sink.uid);
      return line.run(clusterKey(question.cluster), work);
    },
    forget(uid) {
      answers.delete(uid);
      line.forget(uid);
    },
    stop: () => line.idle(),
  };
}

/** Whoever waits to ask the same cluster would hear the same, after as long a wait. */
function isAway(view: TopicView): boolean {
  return view.state === 'unknown' && view.trouble.about !== 'topic';
}

/** The same for the same brokers, in whatever order they are written, met with the same credentials. */
function clusterKey({ bootstrapServers, security }: ClusterAccess): string {
  return `${[...new Set(bootstrapServers)].sort().join(',')} ${securityKey(security)}`;
}
