/** The port of the subscriber beside the Brokers. */
export const subscriberPort = 8_081;

/** Its address at one of its paths. */
export const subscriberUrl = (path: string): string => `http://127.0.0.1:${subscriberPort}/${path}`;

/** What it says where it fails. */
export const complaint = 'out of order';

// Runs in a pod, as text: it may use nothing from here.
/** Takes what comes to `/good`, answers 500 to everything else. */
export const subscriberScript = `
import { createServer } from 'node:http';
createServer((request, response) => {
  request.resume().on('end', () => {
    response.statusCode = request.url === '/good' ? 202 : 500;
    response.end(request.url === '/good' ? '' : ${JSON.stringify(complaint)});
  });
}).listen(${String(subscriberPort)});
`;
