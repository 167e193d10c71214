import {
  appNames,
  imageValues,
  installChart,
  readSettings,
  run,
  systemNamespace,
} from '@event-sinks/platform';
import type { AppName } from '@event-sinks/platform';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { TestCluster } from '../support/test-cluster.ts';

/** Names of the apps' images, as pods ask for them. */
export type Images = Readonly<Record<AppName, string>>;

/** The Deployment of each app. */
export const deployments: Readonly<Record<AppName, string>> = {
  controller: 'event-sinks-controller',
  'job-sink': 'job-sink',
  'kafka-sink': 'kafka-sink-ingress',
};

/** Any object, as far as it is looked at here. */
export interface AnyObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly uid?: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly unknown[];
  };
  readonly spec?: unknown;
}

/** The release that all end-to-end tests share; who changes it puts it back. */
export interface HelmRelease {
  /** Helm with these arguments, about this release. */
  helm(args: readonly string[]): Promise<string>;
  install(chart: string, images: Images, values?: Readonly<Record<string, string>>): Promise<void>;
  upgrade(chart: string, images: Images, values?: Readonly<Record<string, string>>): Promise<void>;
  uninstall(): Promise<void>;
  /** What Helm has installed. */
  manifest(): Promise<readonly AnyObject[]>;
  /** The images of the Deployments that are there now. */
  images(): Promise<Images>;
  /** Puts this checkout's chart back, as it is for all tests. */
  restore(images: Images): Promise<void>;
}

const { checkout } = readSettings(process.env);

/** The chart of this checkout. */
export const currentChart = join(checkout, 'charts', 'event-sinks');

/** Takes hold of the release. */
export function helmRelease(target: TestCluster): HelmRelease {
  const { cluster } = target;
  const where = ['--namespace', systemNamespace, '--kubeconfig', cluster.kubeconfig];
  const helm = (args: readonly string[]): Promise<string> => run(cluster.helm, [...args, ...where]);
  const bring = async (
    verb: 'install' | 'upgrade',
    chart: string,
    images: Images,
    values: Readonly<Record<string, string>> = {},
  ): Promise<void> => {
    const set = Object.entries(values).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
    const waiting = ['--wait', '--timeout', '3m'];
    await helm([verb, 'event-sinks', chart, ...imageValues(images), ...set, ...waiting]);
  };
  return {
    helm,
    install: (chart, images, values) => bring('install', chart, images, values),
    upgrade: (chart, images, values) => bring('upgrade', chart, images, values),
    uninstall: async () => {
      await helm(['uninstall', 'event-sinks', '--timeout', '3m']);
    },
    manifest: async () =>
      parseAllDocuments(await helm(['get', 'manifest', 'event-sinks']))
        .map((document) => document.toJS() as AnyObject | null)
        .filter((object) => object !== null),
    images: async () => {
      const names = await Promise.all(
        appNames.map(async (app) => {
          const [container] = (
            await target.get<{ spec: { template: { spec: { containers: { image: string }[] } } } }>([
              ...['deployment', deployments[app], '-n', systemNamespace],
            ])
          ).spec.template.spec.containers;
          return [app, container?.image ?? ''] as const;
        }),
      );
      return Object.fromEntries(names) as Record<AppName, string>;
    },
    restore: (images) => {
      const progress = { step: <T>(_title: string, work: () => Promise<T>) => work(), note: () => undefined };
      return installChart(cluster, { checkout, images, progress });
    },
  };
}
