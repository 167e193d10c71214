import { BodyChunks } from '@event-sinks/runtime';
import type { IncomingMessage } from 'node:http';

/** A body that is not what it should be, with the status that says so. */
export class BodyError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'BodyError';
    this.status = status;
  }
}

/** Where the bytes of a body are counted. */
export interface BodySpace {
  /** So many bytes have come. @throws BodyError when there is no room for them. */
  grow(bytes: number): void;
}

/** Reads a JSON body of at most so many bytes. @throws BodyError when it is larger, another type or no JSON. */
export async function readJson(
  request: IncomingMessage,
  maxBytes: number,
  space: BodySpace,
): Promise<unknown> {
  const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'application/json') throw new BodyError(415, 'only application/json is taken');
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
  const chunks = new BodyChunks();
  for await (const chunk of request as AsyncIterable<Buffer>) {
    if (chunks.length + chunk.length > maxBytes) throw tooLarge();
    space.grow(chunk.length);
    chunks.add(chunk);
  }
  try {
    return JSON.parse(chunks.join().toString('utf8'));
  } catch {
    throw new BodyError(400, 'the body is not JSON');
  }
}

const tooLarge = (): BodyError => new BodyError(413, 'the body is larger than the limit');
