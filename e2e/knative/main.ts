import { readFileSync } from 'node:fs';
import { runBroker, type BrokerPlan } from './broker.ts';

// Runs in a pod as it is, with Node alone: none of its files may import a package.
const account = '/var/run/secrets/kubernetes.io/serviceaccount';
const token = readFileSync(`${account}/token`, 'utf8');
const plans = JSON.parse(process.argv[2] ?? '') as BrokerPlan[];

const api = (path: string, signal?: AbortSignal): Promise<Response> =>
  fetch(`https://kubernetes.default.svc${path}`, {
    headers: { authorization: `Bearer ${token}` },
    ...(signal === undefined ? {} : { signal }),
  });
console.log(JSON.stringify(await Promise.all(plans.map((plan) => runBroker(api, plan)))));
