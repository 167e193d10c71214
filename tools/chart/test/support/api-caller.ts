import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import type { TestApiServer } from '@event-sinks/testing';

/** What the API server said. */
export interface ApiAnswer {
  readonly status: number;
  readonly reason: string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Asks the API server with a token and nothing else. A body is sent as JSON, or as a merge patch with PATCH. */
export type ApiCaller = (method: string, path: string, body?: object) => Promise<ApiAnswer>;

/** A caller with the token of this service account, as a pod of it would have. */
export async function callerFor(
  server: TestApiServer,
  account: { readonly namespace: string; readonly name: string },
): Promise<ApiCaller> {
  const token = await server.kubectl(['create', 'token', account.name, '-n', account.namespace]);
  const { clusters } = JSON.parse(readFileSync(server.kubeconfig, 'utf8')) as {
    clusters: { cluster: { 'certificate-authority-data': string } }[];
  };
  const ca = Buffer.from(clusters[0]!.cluster['certificate-authority-data'], 'base64').toString();
  return (method, path, body) =>
    new Promise((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${token.trim()}`,
        'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
      };
      const call = request(`${server.url}${path}`, { method, headers, ca, agent: false }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => {
          resolve(read(answer.statusCode ?? 0, Buffer.concat(chunks).toString()));
        });
      });
      call.on('error', reject);
      call.end(body === undefined ? undefined : JSON.stringify(body));
    });
}

function read(status: number, text: string): ApiAnswer {
  const body = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {};
  return { status, reason: typeof body['reason'] === 'string' ? body['reason'] : undefined, body };
}
