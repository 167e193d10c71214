import { postEvent, type PostedEvent } from './post-event.ts';
import type { TourContext } from './tour.ts';

/** The event of the second seed document, word for word. */
export const demoEvent: PostedEvent = {
  pod: 'curl',
  headers: [
    'content-type: application/json',
    'ce-specversion: 1.0',
    'ce-source: my/curl/command',
    'ce-type: my.demo.event',
    'ce-id: 123',
  ],
  data: '{"details":"JobSinkDemo"}',
  url: 'http://job-sink.knative-eventing.svc.cluster.local/default/job-sink-logger',
};

/** What the Job of that event prints, byte for byte. */
export const demoLine =
  '{"specversion":"1.0","id":"123","source":"my/curl/command","type":"my.demo.event",' +
  '"datacontenttype":"application/json","data":{"details":"JobSinkDemo"}}';

const selector = 'sinks.knative.dev/job-sink-name=job-sink-logger';

const eventId = 'sinks.knative.dev/event-id';

/** One event becomes a Job; its log is the event. */
export async function jobTour(context: TourContext): Promise<void> {
  const { progress, kubectl } = context;
  await progress.step('Posting an event to the JobSink from a pod', () => postEvent(context, demoEvent));
  const log = await progress.step('The Job of that event, until it is complete', async () => {
    await kubectl(['wait', '--for=condition=complete', '--timeout=120s', 'job', '-l', selector]);
    const names = namesOfRuns(await kubectl(['get', 'jobs', '-l', selector, '-o', 'json']));
    const logs = await Promise.all(names.map((name) => kubectl(['logs', `job/${name}`])));
    return logs.find((each) => each === demoLine) ?? logs.join('\n');
  });
  progress.note(`kubectl logs of the Job's pod:\n  ${log}`);
  if (log !== demoLine) throw new Error(`No Job printed\n${demoLine}`);
}

interface JobList {
  readonly items: readonly {
    readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  }[];
}

/**
 * The Jobs that may be that of the event. A person who has sent events to the sink has others; those of releases that
 * did not annotate them cannot be told apart.
 * @param json what kubectl says of the sink's Jobs.
 */
export function namesOfRuns(json: string): string[] {
  const { items } = JSON.parse(json) as JobList;
  const ours = items.filter(({ metadata }) => (metadata.annotations?.[eventId] ?? '123') === '123');
  return ours.map(({ metadata }) => metadata.name);
}
