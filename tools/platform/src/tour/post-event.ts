import type { TourContext } from './tour.ts';

/** An event for the tour, as curl's arguments. */
export interface PostedEvent {
  /** Name of the pod that sends it. */
  readonly pod: string;
  readonly headers: readonly string[];
  readonly data: string;
  readonly url: string;
}

/** The command with which a person would post the event from inside the cluster, in the form of the seed document. */
export function postCommand({ pod, headers, data, url }: PostedEvent): string[] {
  return [
    ...['run', pod, '--image=curlimages/curl', '--rm=true', '--restart=Never', '-ti', '--'],
    ...['-X', 'POST', '-v', ...headers.flatMap((header) => ['-H', header]), '-d', data, url],
  ];
}

/**
 * Posts the event from a pod in the cluster. kubectl attaches to a pod that may end before it, and then shows only
 * part of curl's words, so that silence means nothing: whether the event arrived is for its destination to show.
 * @throws Error with curl's own words when the answer was another than 202.
 */
export async function postEvent({ kubectl }: TourContext, event: PostedEvent): Promise<void> {
  // A pod that an interrupted tour left behind would be in the way.
  await kubectl(['delete', 'pod', event.pod, '--ignore-not-found', '--now']);
  const output = await kubectl(postCommand(event));
  if (/^< HTTP\/1\.1 (?!202 |100 )/m.test(output)) throw new Error(`The event was not accepted:\n${output}`);
}
