import { SinkError } from '@event-sinks/errors';
import type { Exchange } from './exchange.ts';
import { sinkMethods, type Replies } from './replies.ts';
import { sinkPathOf } from './sink-path.ts';
import type { ServedSink } from './types.ts';

/** The part of a backend that probes look at. */
export interface SinkFinder {
  find(namespace: string, name: string): ServedSink;
}

/** The same for sinks of the backend's own kind. */
export interface ProbedBackend<S extends ServedSink> extends SinkFinder {
  find(namespace: string, name: string): S;
  probeHeaders?(sink: S): readonly string[];
}

/** The controller asks for a version: `<uid>/<generation>`. Other probers of Knative send hashes of their own. */
const versionForm = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/(\d{1,15})$/;

/**
 * Whether Knative's networking, or our controller, asks if a sink is served. A POST with attributes or a body is an event
 * whatever header comes with it: answered as a probe, it would have a 2xx and not be stored.
 */
export function isProbe(exchange: Exchange, method: string | undefined): boolean {
  if (exchange.headers['k-network-probe'] !== 'probe') return false;
  return method !== 'POST' || !hasEvent(exchange);
}

function hasEvent({ declaredLength, rawHeaders }: Exchange): boolean {
  return declaredLength !== 0 || rawHeaders.some((name, index) => index % 2 === 0 && /^ce-/i.test(name));
}

/**
 * Answers a probe. 200 with the hash means: this sink, of at least this generation, is served now. A sink of
 * another uid is another sink; an older generation of the same one will soon be replaced.
 */
export function answerProbe<S extends ServedSink>(
  exchange: Exchange,
  backend: ProbedBackend<S>,
  replies: Replies,
): void {
  const sink = findSink(exchange, backend);
  const hash = exchange.headers['k-network-hash'];
  if (typeof hash !== 'string') {
    replies.ok(exchange);
    return;
  }
  const version = versionForm.exec(hash);
  if (version !== null && version[1] !== sink.uid) throw new SinkError('SinkNotFound');
  if (version !== null && sink.generation < Number(version[2]))
    replies.notYet(exchange, 'GenerationNotServed');
  else
    replies.ok(exchange, ['K-Network-Hash', hash, ...(version === null ? [] : moreHeaders(backend, sink))]);
}

/**
 * Answers the handshake by which a sender asks for leave to deliver (CloudEvents webhook specification, 4).
 * Any origin may, at any rate: who may really send is decided at each event.
 */
export function answerHandshake(exchange: Exchange, backend: SinkFinder, replies: Replies): void {
  findSink(exchange, backend);
  const origin = exchange.headers['webhook-request-origin'];
  // An empty origin is nobody's, and consent to it would be consent to whoever reads it so.
  const consent =
    typeof origin !== 'string' || origin.trim() === ''
      ? []
      : ['WebHook-Allowed-Origin', origin, 'WebHook-Allowed-Rate', '*'];
  replies.ok(exchange, [...sinkMethods, ...consent]);
}

function moreHeaders<S extends ServedSink>(backend: ProbedBackend<S>, sink: S): readonly string[] {
  return backend.probeHeaders?.(sink) ?? [];
}

function findSink<S extends ServedSink>(
  exchange: Exchange,
  backend: { find(namespace: string, name: string): S },
): S {
  const path = sinkPathOf(exchange.target);
  if (path === undefined) throw new SinkError('SinkNotFound');
  return backend.find(path.namespace, path.name);
}
