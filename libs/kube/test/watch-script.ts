import type { IncomingMessage, ServerResponse } from 'node:http';
import type { KubeObject } from '../src/index.ts';
import { reply } from './scripted-server.ts';

/** Answers one request of an informer. */
export type Step = (response: ServerResponse, query: URLSearchParams, request: IncomingMessage) => void;

export function configMap(name: string, resourceVersion: string, uid = `uid-${name}`): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'ns', name, uid, resourceVersion } };
}

export function list(resourceVersion: string, items: readonly KubeObject[], token = ''): Step {
  return (response) => {
    reply(response, 200, {
      apiVersion: 'v1',
      kind: 'ConfigMapList',
      metadata: { resourceVersion, continue: token },
      items,
    });
  };
}

export function fail(status: number, reason = ''): Step {
  return (response) => {
    reply(response, status, { kind: 'Status', code: status, reason, message: reason });
  };
}

export const hangUp: Step = (_response, _query, request) => {
  request.socket.destroy();
};

/** Sends events and keeps the watch open. */
export function watch(...events: object[]): Step {
  return (response) => {
    response.writeHead(200);
    response.flushHeaders();
    for (const event of events) response.write(`${JSON.stringify(event)}\n`);
  };
}

/** Sends events, or raw text, and ends the watch in good order. */
export function endingWatch(...events: (object | string)[]): Step {
  return (response) => {
    response.writeHead(200);
    response.end(
      events.map((event) => (typeof event === 'string' ? event : `${JSON.stringify(event)}\n`)).join(''),
    );
  };
}

/** Sends raw text, then breaks the connection. */
export function brokenWatch(...events: (object | string)[]): Step {
  return (response, _query, request) => {
    response.writeHead(200);
    for (const event of events)
      response.write(typeof event === 'string' ? event : `${JSON.stringify(event)}\n`);
    setTimeout(() => request.socket.destroy(), 5);
  };
}

export const added = (object: KubeObject): object => ({ type: 'ADDED', object });
export const modified = (object: KubeObject): object => ({ type: 'MODIFIED', object });
export const removed = (object: KubeObject): object => ({ type: 'DELETED', object });
export const bookmark = (resourceVersion: string): object => ({
  type: 'BOOKMARK',
  object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { resourceVersion, creationTimestamp: null } },
});
export const errorEvent = (code: number, reason: string): object => ({
  type: 'ERROR',
  object: { kind: 'Status', code, reason, message: reason },
});
