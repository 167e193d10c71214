import { securityKey } from '@event-sinks/kafka';
import { TroubleLog, type Clock, type Logger } from '@event-sinks/runtime';
import { grownWait } from '../domain/recheck.ts';
import type { BrokerTrouble } from '../domain/broker-trouble.ts';
import type { TopicView } from '../domain/topic.ts';
import { AskLine } from './ask-line.ts';
import { troubleOf, type Brokers, type ClusterAccess } from './brokers.ts';
import { TroubledClusters } from './troubled-clusters.ts';

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

/** What the brokers said. */
export interface TopicAnswer {
  readonly view: TopicView;
  /** Milliseconds until they are asked again; undefined where nothing is wrong, and at once would do. */
  readonly againInMs?: number;
}

/**
 * Asks the brokers beside the workers: a cluster that swallows what it is sent costs each question its whole time, and
 * a few such sinks would hold every worker and with them all other sinks. What helps nobody is asked less and less often.
 */
export interface TopicWatch {
  /** The answer, if it is fresh. Otherwise the question is asked, and the sink woken when the answer is there. */
  view(sink: Asker, question: TopicQuestion): TopicAnswer | undefined;
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
  /** Milliseconds that no help is good for, at most; at first it is `freshMs`. */
  readonly mostMs: number;
  /** Questions under way at once, to all clusters together and to one. */
  readonly limits: { readonly total: number; readonly perCluster: number };
  readonly wake: (sink: Asker) => void;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
}

interface Answer {
  readonly digest: string;
  readonly view: TopicView;
  /** Good until then. */
  readonly until: number;
  /** How often in a row it was of no help. */
  readonly times: number;
}

/** Keeps one answer per sink, and one per cluster that refuses credentials. */
export function createTopicWatch(options: TopicWatchOptions): TopicWatch {
  const { brokers, clock, logger, freshMs, mostMs, random, wake } = options;
  const answers = new Map<string, Answer>();
  const line = new AskLine<TopicView>(options.limits);
  const troubles = new TroubleLog({ clock });
  const wait = { baseMs: freshMs, mostMs, random };
  const clusters = new TroubledClusters({ wait, lostMs: mostMs, clock, wake });

  const answered = (sink: Asker, { digest, cluster }: Asked, view: TopicView): void => {
    const before = answers.get(sink.uid);
    answers.delete(sink.uid);
    if (isRefused(view)) clusters.note(cluster, sink, view);
    else {
      clusters.over(cluster, sink);
      const times = before?.digest === digest && isOfNoHelp(before.view) ? before.times + 1 : 0;
      const goodMs = isOfNoHelp(view) ? grownWait(times, wait) : freshMs;
      answers.set(sink.uid, { digest, view, times, until: clock.monotonic() + goodMs });
    }
    if (troubleIn(view) === undefined) troubles.over(sink.uid);
    wake(sink);
  };
  const ask = async ({ uid, namespace, name }: Asker, question: TopicQuestion): Promise<TopicView> => {
    const { cluster, topic, needsId } = question;
    try {
      return await brokers.describe(cluster, topic, needsId);
    } catch (error) {
      const trouble = troubleOf(error);
      troubles.trouble(uid, trouble.reason, (fields) => {
        const about = { namespace, name, topic, ...fields, error };
        logger.warn('The brokers could not be asked about a topic', about);
      });
      return { state: 'unknown', trouble };
    }
  };
  return {
    view(sink, question) {
      const cluster = clusterKey(question.cluster);
      const digest = JSON.stringify([cluster, question.topic, question.needsId]);
      const last = answers.get(sink.uid);
      const goodMs = last?.digest === digest ? last.until - clock.monotonic() : 0;
      if (last !== undefined && goodMs > 0)
        return { view: last.view, ...(isOfNoHelp(last.view) && { againInMs: goodMs }) };
      const heard = clusters.heard(cluster, sink);
      if (heard !== undefined) return heard;
      line.ask({
        ...{ key: sink.uid, cluster, digest, work: () => ask(sink, question), isForAll: isAway },
        answered: (view) => {
          answered(sink, { digest, cluster }, view);
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
      clusters.leave(uid);
      troubles.over(uid);
    },
    stop: () => line.idle(),
  };
}

interface Asked {
  readonly digest: string;
  readonly cluster: string;
}

/** Whoever waits to ask the same cluster would hear the same, after as long a wait. */
function isAway(view: TopicView): boolean {
  return view.state === 'unknown' && view.trouble.about !== 'topic';
}

function troubleIn(view: TopicView): BrokerTrouble | undefined {
  return view.state === 'unknown' || view.state === 'found' ? view.trouble : undefined;
}

/** Each further question would show the same credentials to the same brokers. */
function isRefused(view: TopicView): boolean {
  return troubleIn(view)?.about === 'credentials';
}

/** Asking again at once would not help. */
function isOfNoHelp(view: TopicView): boolean {
  return view.state !== 'found' || view.trouble !== undefined;
}

/** The same for the same brokers, in whatever order they are written, met with the same credentials. */
function clusterKey({ bootstrapServers, security }: ClusterAccess): string {
  return `${[...new Set(bootstrapServers)].sort().join(',')} ${securityKey(security)}`;
}
