import type { JobSink } from '@event-sinks/crds';
import { planDispatch, type Manifest } from './plan-dispatch.ts';
import { secretNameBytes } from './secret-name.ts';

/**
 * The Job that an event would become, for a create that is only tried.
 * @param eventId one that no event has: the Job's name follows from it, and a Job of that name must not be there.
 * @throws SinkError `JobTemplateRefused` when the template names another namespace.
 */
export function trialJob(jobSink: JobSink, eventId: string): Manifest {
  const source = '/event-sinks/template-trial';
  const event = { specversion: '1.0', id: eventId, source, type: 'dev.knative.sinks.trial' } as const;
  // Nothing is stored, so the name of the Secret need not be new.
  const random = new Uint8Array(secretNameBytes);
  return planDispatch(jobSink, { ...event, extensions: new Map() }, random).job();
}
