import { publicMessage, SinkError } from '@event-sinks/errors';
import type { IngressOptions, ServedSink } from '@event-sinks/ingress';
import { parseRunLocation } from '@event-sinks/job-plan';
import { counter, type Registry } from '@event-sinks/runtime';
import type { RunStatus, RunStatusReader } from './run-status.ts';

type AddRoutes = NonNullable<IngressOptions<ServedSink, unknown>['extraRoutes']>;

interface Answer {
  readonly status: number;
  readonly headers: readonly string[];
  /** ASCII. */
  readonly body?: string;
}

/**
 * Serves `GET` and `HEAD` on the locations that accepted events are answered with. The path is read by
 * `parseRunLocation` from the raw target: a router's own parameters would come with their escapes lost or refused.
 */
export function runRoute(reader: RunStatusReader, registry: Registry): AddRoutes {
  const asked = counter(registry, 'event_sinks_run_status_requests_total');
  return (router) => {
    router.get(prefix, async (request, response, next) => {
      const found = await reader.read(request.originalUrl);
      if (found === undefined) {
        next();
        return;
      }
      asked.inc({ outcome: found.outcome });
      const { status, headers, body = '' } = answerTo(found);
      response.writeHead(status, [...headers, 'Content-Length', String(body.length)]).end(body);
    });
    router.all(prefix, (request, response, next) => {
      if (request.method === 'GET' || request.method === 'HEAD' || !isRun(request.originalUrl)) {
        next();
        return;
      }
      response.setHeader('Allow', 'GET, HEAD');
      throw new SinkError('MethodNotAllowed');
    });
  };
}

const prefix = /^\/namespaces\//;

const isRun = (target: string): boolean => parseRunLocation(target) !== undefined;

/** The codes and reasons that Knative's JobSink gives, with 404 where that one fails. */
function answerTo(found: RunStatus): Answer {
  switch (found.outcome) {
    case 'running': {
      const { location } = found;
      return { status: 202, headers: location === undefined ? [] : ['Location', location] };
    }
    case 'complete':
      return { status: 200, headers: ['Reason', 'Complete'] };
    case 'failed':
      return { status: 400, headers: ['Reason', 'Failed'] };
    case 'missing':
      return {
        status: 404,
        headers: ['Reason', 'JobNotFound', 'Content-Type', 'text/plain; charset=utf-8'],
        body: publicMessage(new SinkError('JobNotFound')),
      };
  }
}
