import { eventually } from './eventually.ts';

type EventHeaders = Readonly<Record<string, string>>;

/** What a sender sees of an answer. */
export interface Answer {
  readonly status: number;
  readonly reason: string | null;
  readonly retryAfter: string | null;
  readonly body: string;
}

/** The answer to an event that was stored, for comparison. */
export const stored: Answer = { status: 202, reason: null, retryAfter: null, body: '' };

/** The form of a refusal's body: one line of printable ASCII, of 256 bytes at most. */
export const oneLine = /^[ -~]{1,256}$/;

/** One event, and the ways to post it with whatever a test changes. */
export interface SampleEvent {
  /** Its headers, in binary mode with a body of JSON. */
  readonly eventHeaders: (change?: EventHeaders) => Record<string, string>;
  /** Posts it, or another, and reads the answer to its end. @throws TypeError when the connection breaks first. */
  readonly post: (
    url: string,
    headers?: EventHeaders,
    body?: string | Uint8Array<ArrayBuffer>,
  ) => Promise<Answer>;
}

/** Makes the event of these attributes, whose names are those of the headers, and of this JSON. */
export function sampleEvent(
  attributes: Readonly<Record<'ce-source' | 'ce-type' | 'ce-id', string>>,
  json: string,
): SampleEvent {
  const eventHeaders: SampleEvent['eventHeaders'] = (change = {}) => ({
    'content-type': 'application/json',
    'ce-specversion': '1.0',
    ...attributes,
    ...change,
  });
  return {
    eventHeaders,
    post: async (url, headers = eventHeaders(), body = json) => {
      const response = await fetch(url, { method: 'POST', headers, body });
      return {
        status: response.status,
        reason: response.headers.get('reason'),
        retryAfter: response.headers.get('retry-after'),
        body: await response.text(),
      };
    },
  };
}

/** What names one version of a sink, as the API server hands it out. */
export interface SinkVersion {
  readonly metadata: {
    readonly namespace?: string | undefined;
    readonly name: string;
    readonly uid?: string | undefined;
    readonly generation?: number | undefined;
  };
}

/**
 * Resolves with the sink's URL when the app at `base` serves this version of it, asking as the controller would.
 * @throws Error with the last answer when it does not within the time of `eventually`.
 */
export async function servedUrl(base: string, { metadata }: SinkVersion): Promise<string> {
  const url = `${base}/${metadata.namespace ?? ''}/${metadata.name}`;
  const hash = `${metadata.uid ?? ''}/${metadata.generation ?? 0}`;
  await eventually(async () => {
    const answer = await fetch(url, { headers: { 'K-Network-Probe': 'probe', 'K-Network-Hash': hash } });
    const served = answer.headers.get('K-Network-Hash');
    if (answer.status !== 200 || served !== hash)
      throw new Error(
        `${url} answers ${answer.status} with the hash ${served ?? 'missing'}, not 200 with ${hash}`,
      );
  });
  return url;
}
