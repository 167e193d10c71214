import type { KafkaSink } from '@event-sinks/crds';
import type { DataPlane } from '../adapters/data-plane.ts';
import type { CredentialsView } from '../domain/credentials.ts';
import type { DataPlaneView } from '../domain/data-plane.ts';
import { claimedId, readClaim, type TopicClaim } from '../domain/topic-claim.ts';
import type { TopicView } from '../domain/topic.ts';
import type { CredentialsReader } from './credentials-reader.ts';
import type { TopicQuestion, TopicWatch } from './topic-watch.ts';

/** What the world around a sink is read with. */
export interface ObserverOptions {
  readonly dataPlane: Pick<DataPlane, 'view'>;
  readonly readCredentials: CredentialsReader;
  readonly topicWatch: TopicWatch;
}

/** What is known about a sink's way into Kafka. */
export interface KafkaView {
  readonly claim: TopicClaim;
  readonly credentials: CredentialsView;
  /** Undefined until the brokers have answered; the sink is woken then. */
  readonly topic: TopicView | undefined;
  /** Milliseconds until the brokers are asked again, where they were of no help. */
  readonly askedAgainInMs?: number | undefined;
  /** Of the Secret; another one when it was changed. */
  readonly secretVersion?: string | undefined;
  /** What is asked of the brokers, and how they are met; undefined without credentials. */
  readonly question: TopicQuestion | undefined;
}

/** The claim, the credentials and what the brokers say about the topic. @throws KubeApiError */
export async function observeKafka(
  { readCredentials, topicWatch }: ObserverOptions,
  sink: KafkaSink,
  signal: AbortSignal,
): Promise<KafkaView> {
  const claim = readClaim(sink.status?.annotations, sink.metadata.uid);
  const { view: credentials, security, version: secretVersion } = await readCredentials(sink, signal);
  if (credentials.state !== 'none' && credentials.state !== 'usable')
    return { claim, credentials, secretVersion, topic: { state: 'unasked' }, question: undefined };
  const { bootstrapServers, topic } = sink.spec;
  // Only who may own the topic has to tell it from another of the same name.
  const needsId = claim.state === 'intended' || claimedId(claim) !== undefined;
  const question = { cluster: { bootstrapServers, security }, topic, needsId };
  const answer = topicWatch.view(sink.metadata, question);
  const { view, againInMs } = answer ?? {};
  return { claim, credentials, secretVersion, topic: view, askedAgainInMs: againInMs, question };
}

/** Whether the producers serve this generation. */
export function observeDataPlane(
  { dataPlane }: ObserverOptions,
  sink: KafkaSink,
  signal: AbortSignal,
): Promise<DataPlaneView> {
  return dataPlane.view(sink.metadata, signal);
}
