import { relative } from 'node:path';
import type { Cluster } from '../driver.ts';
import type { Settings } from '../settings.ts';
import { demoEvent } from './job-tour.ts';
import { postCommand } from './post-event.ts';

const jobsOfLogger = 'sinks.knative.dev/job-sink-name=job-sink-logger';

const quote = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`);

/** Commands to paste into a shell in the checkout's folder, paragraph by paragraph. */
export function nextSteps(
  { localDir, checkout }: Pick<Settings, 'localDir' | 'checkout'>,
  { prometheus }: Pick<Cluster, 'prometheus'>,
): string {
  const local = relative(checkout, localDir);
  const another = demoEvent.headers.map((header) => header.replace('ce-id: 123', 'ce-id: 124'));
  const post = postCommand({ ...demoEvent, headers: another })
    .map(quote)
    .join(' ');
  return [
    'Everything is left running. What to try next, from this folder:',
    '',
    `  export KUBECONFIG=$PWD/${local}/kubeconfig PATH=$PWD/${local}/bin:$PATH`,
    '  kubectl get jobsinks,kafkasinks -A',
    '',
    'An event from a pod, and the Job that it becomes:',
    '',
    `  kubectl ${post}`,
    '',
    `  kubectl get jobs -l ${jobsOfLogger}`,
    `  kubectl logs "$(kubectl get jobs -o name -l ${jobsOfLogger} --sort-by=.metadata.creationTimestamp | tail -n 1)"`,
    '',
    'An event from this machine:',
    '',
    '  kubectl -n knative-eventing port-forward service/kafka-sink-ingress 8081:80 >/dev/null &',
    "  curl -i --retry 5 --retry-connrefused -H 'ce-specversion: 1.0' -H 'ce-id: 1' -H 'ce-source: /me' \\",
    "    -H 'ce-type: hello' -H 'content-type: text/plain' -d 'hello' http://localhost:8081/default/kafka-sink",
    '',
    ...(prometheus === undefined ? [] : [`Metrics and alerts: Prometheus at ${prometheus.url}`, '']),
    'npm run status shows what runs, npm run stop removes it all.',
  ].join('\n');
}
