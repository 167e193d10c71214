import type { ImageSpec } from './images/build.ts';
import type { ConsoleRecord } from './kafka/index.ts';

/** A Prometheus beside a cluster. */
export interface PrometheusServer {
  readonly url: string;
  /** Its rule files lie here; `POST /-/reload` makes it read them anew. */
  readonly rulesFolder: string;
}

/** A running Kubernetes with a Kafka beside it. */
export interface Cluster {
  /** Path of a kubeconfig whose only context is this cluster. */
  readonly kubeconfig: string;
  /** `host:port` of a broker as pods reach it; on a local cluster this machine reaches it there too. */
  readonly kafkaBootstrap: string;
  /** A Prometheus that reads the pods; undefined where the driver brings none. */
  readonly prometheus: PrometheusServer | undefined;
  /** Programs that fit the cluster. */
  readonly kubectl: string;
  readonly helm: string;
  /** The base image of the apps' Containerfiles; its entry point is Node. */
  appBaseImage(): Promise<string>;
  /**
   * Builds the image, if its content is new, and makes it known to the cluster. Returns the name for a pod, whose
   * tag changes with the content.
   */
  ensureImage(spec: ImageSpec): Promise<string>;
  /** Creates the topic with Kafka's own tool, unless it is there. */
  ensureTopic(topic: string, partitions: number): Promise<void>;
  /** How many records were ever written to the topic. */
  countRecords(topic: string): Promise<number>;
  /** Reads a topic from its beginning with Kafka's own console consumer until `count` records have come. */
  consume(topic: string, count: number): Promise<readonly ConsoleRecord[]>;
}

/** Brings a cluster up, says how it is, and takes it away without a trace. */
export interface ClusterDriver {
  readonly name: 'kind' | 'local';
  /** Idempotent: what runs stays, what is missing or half-made is mended. */
  up(): Promise<Cluster>;
  /** The cluster that `up` has brought up, without looking after it again. @throws Error when there is none. */
  connect(): Promise<Cluster>;
  /** Ends every process and removes every mount, interface and rule that `up` made. Built things stay cached. */
  down(): Promise<void>;
  /** One line per part: what it is and whether it runs. */
  status(): Promise<readonly string[]>;
}
