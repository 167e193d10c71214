import type { ImageSpec } from './images/build.ts';

/** A record as Kafka's own console consumer printed it. */
export interface ConsumedRecord {
  readonly key: string | null;
  readonly headers: string;
  readonly value: string;
}

/** A running Kubernetes with a Kafka beside it. */
export interface Cluster {
  /** Path of a kubeconfig whose only context is this cluster. */
  readonly kubeconfig: string;
  /** `host:port` of a broker, reachable from this machine and from pods. */
  readonly kafkaBootstrap: string;
  /** Folder with kubectl and helm for this cluster's version. */
  readonly tools: string;
  /** The base image for the apps' Containerfiles, as a build argument. */
  readonly appBaseImage: string;
  /** Builds the image, if its content is new, and makes it known to the cluster. Returns the name for a pod. */
  ensureImage(spec: ImageSpec): Promise<string>;
  /** Creates the topic with Kafka's own tool, unless it is there. */
  ensureTopic(topic: string, partitions: number): Promise<void>;
  /** Reads a topic from its beginning with Kafka's own console consumer until `count` records have come. */
  consume(topic: string, count: number): Promise<ConsumedRecord[]>;
}

/** Brings a cluster up, says how it is, and takes it away without a trace. */
export interface ClusterDriver {
  readonly name: 'kind' | 'local';
  /** Idempotent: what runs stays, what is missing or half-made is mended. */
  up(): Promise<Cluster>;
  /** Ends every process and removes every mount, interface and rule that `up` made. Built things stay cached. */
  down(): Promise<void>;
  /** One line per part: what it is and whether it runs. */
  status(): Promise<string[]>;
}
