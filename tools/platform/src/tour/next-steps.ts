import { relative } from 'node:path';
import type { Cluster } from '../driver.ts';
import type { Settings } from '../settings.ts';
import { demoEvent } from './job-tour.ts';
import { postCommand } from './post-event.ts';

const quote = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`);

/** Lines that a person can paste, from the checkout's folder. */
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
    `  kubectl ${post}`,
    '  kubectl get jobs -l sinks.knative.dev/job-sink-name=job-sink-logger',
    '  kubectl logs $(kubectl get jobs -o name -l sinks.knative.dev/job-sink-name=job-sink-logger | tail -n 1)',
    '',
    'or from this machine, through a port of its own:',
    '',
    '  kubectl -n knative-eventing port-forward service/kafka-sink-ingress 8080:80 &',
    "  curl -i -H 'ce-specversion: 1.0' -H 'ce-id: 1' -H 'ce-source: /me' -H 'ce-type: hello' \\",
    "    -H 'content-type: text/plain' -d 'hello' http://localhost:8080/default/kafka-sink",
    '',
    ...(prometheus === undefined ? [] : [`Metrics and alerts: Prometheus at ${prometheus.url}`, '']),
    'npm run status says what runs, npm run stop removes it all.',
  ].join('\n');
}
