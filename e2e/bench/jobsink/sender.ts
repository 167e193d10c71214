import { Agent, request } from 'node:http';
import { randomUUID } from 'node:crypto';

/** Posts events of 1 KiB over kept connections. */
export interface Sender {
  /** @throws Error for any answer but 202. */
  post(index: number): Promise<void>;
  close(): Promise<void>;
}

const headers = {
  'content-type': 'application/json',
  'ce-specversion': '1.0',
  'ce-type': 'bench',
  'ce-source': '/bench',
};

/** One connection for each event in flight. */
export function openSender(url: string, inFlight: number): Sender {
  const agent = new Agent({ keepAlive: true, maxSockets: inFlight });
  const run = randomUUID();
  const body = JSON.stringify({ text: 'x'.repeat(1010) });
  return {
    post: (index) =>
      new Promise((resolve, reject) => {
        const options = {
          agent,
          method: 'POST',
          headers: { ...headers, 'ce-id': `${run}-${index}`, 'content-length': body.length },
        };
        const outgoing = request(url, options, (answer) => {
          answer.resume();
          answer.on('end', () => {
            if (answer.statusCode === 202) resolve();
            else
              reject(
                new Error(`answered ${answer.statusCode ?? 0} ${String(answer.headers['reason'] ?? '')}`),
              );
          });
        });
        outgoing.on('error', reject);
        outgoing.end(body);
      }),
    close: () => {
      agent.destroy();
      return Promise.resolve();
    },
  };
}
