import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { alertRules, type AlertTuning } from '@event-sinks/monitoring';
import type { Cluster } from '@event-sinks/platform';

/** A firing alert's labels. */
export type Labels = Readonly<Record<string, string>>;

/** The Prometheus that reads the installed pods. */
export interface TestPrometheus {
  /** The labels of each series of an instant query's result. @throws Error with Prometheus' words. */
  query(query: string): Promise<readonly Labels[]>;
  /** How many series a query has had in the last so many seconds. @throws Error with Prometheus' words. */
  queryLast(query: string, seconds: number): Promise<number>;
  /** The labels of the alerts that fire by the rules of {@link tune}. */
  firing(): Promise<readonly Labels[]>;
  /** Reads the alerts a second time, tuned to be quick; they bear the label `tuned`. */
  tune(tuning: AlertTuning): Promise<void>;
  /** Takes the tuned alerts away. */
  close(): Promise<void>;
}

/** Connects. @throws Error where the cluster's driver brings no Prometheus. */
export function openPrometheus({ prometheus }: Cluster): TestPrometheus {
  if (prometheus === undefined) throw new Error('There is no Prometheus beside this cluster.');
  const { url, rulesFolder } = prometheus;
  const rules = join(rulesFolder, 'tuned.yaml');
  const get = async <T>(path: string, parameters: Labels = {}): Promise<T> => {
    const answer = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(parameters).toString()}`);
    const body = (await answer.json()) as { status: string; error?: string; data: T };
    if (body.status !== 'success') throw new Error(`${JSON.stringify(parameters)}: ${body.error ?? ''}`);
    return body.data;
  };
  const reload = async (): Promise<void> => {
    const answer = await fetch(`${url}/-/reload`, { method: 'POST' });
    if (!answer.ok) throw new Error(await answer.text());
  };
  return {
    query: async (query) => {
      const { result } = await get<{ result: { metric: Labels }[] }>('query', { query });
      return result.map(({ metric }) => metric);
    },
    queryLast: async (query, seconds) => {
      const now = Date.now() / 1_000;
      const range = { start: String(now - seconds), end: String(now), step: '2' };
      return (await get<{ result: unknown[] }>('query_range', { query, ...range })).result.length;
    },
    firing: async () => {
      const { alerts } = await get<{ alerts: { state: string; labels: Labels }[] }>('alerts');
      return alerts
        .filter(({ state, labels }) => state === 'firing' && labels['tuned'] === 'yes')
        .map(({ labels }) => labels);
    },
    tune: async (tuning) => {
      const groups = alertRules(tuning).map((group) => ({
        ...group,
        rules: group.rules.map((rule) => ({ ...rule, labels: { ...rule.labels, tuned: 'yes' } })),
      }));
      // JSON is YAML too.
      writeFileSync(rules, JSON.stringify({ groups }));
      await reload();
    },
    close: async () => {
      rmSync(rules, { force: true });
      await reload();
    },
  };
}
