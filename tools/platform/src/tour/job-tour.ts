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

/** One event becomes a Job; its log is the event. */
export async function jobTour(context: TourContext): Promise<void> {
  const { progress, kubectl } = context;
  await progress.step('Posting an event to the JobSink from a pod', () => postEvent(context, demoEvent));
  const log = await progress.step('The Job of that event, until it is complete', async () => {
    await kubectl(['wait', '--for=condition=complete', '--timeout=120s', 'job', '-l', selector]);
    const [job = ''] = (await kubectl(['get', 'jobs', '-l', selector, '-o', 'name'])).split('\n');
    return await kubectl(['logs', job]);
  });
  progress.note(`kubectl logs of the Job's pod:\n  ${log}`);
  if (log !== demoLine) throw new Error(`The Job printed something else than\n${demoLine}`);
}
