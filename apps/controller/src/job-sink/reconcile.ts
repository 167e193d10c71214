import { jobSinkNameLabel, parseJobSink, type JobSink } from '@event-sinks/crds';
import type { KubeObject } from '@event-sinks/kube';
import { TerminalError, type ReconcileContext, type ReconcileResult } from '@event-sinks/reconciler';
import type { Clock } from '@event-sinks/runtime';
import type { DataPlane } from '../adapters/data-plane.ts';
import type { SinkRecheck } from '../adapters/sink-recheck.ts';
import type { StatusWriter } from '../adapters/status-writer.ts';
import { sinkUrl, type DataPlaneService } from '../domain/address.ts';
import { dataPlaneFinding } from '../domain/data-plane.ts';
import { eventPoliciesFinding } from '../domain/event-policies.ts';
import { sinkStatus, timestamp } from '../domain/sink-status.ts';
import type { TemplateWatch } from './template-watch.ts';

/** What reconciling a JobSink works with. */
export interface JobSinkReconcilerOptions {
  readonly template: TemplateWatch;
  readonly dataPlane: DataPlane;
  readonly service: DataPlaneService;
  readonly statusWriter: StatusWriter;
  readonly recheck: SinkRecheck;
  readonly clock: Clock;
}

/** One pass over a JobSink: try its template, ask the dispatchers, decide, write what has changed. */
export function createJobSinkReconciler(options: JobSinkReconcilerOptions) {
  return async (object: KubeObject, { signal, logger }: ReconcileContext): Promise<ReconcileResult> => {
    const parsed = parseJobSink(object);
    if (!parsed.ok) throw new TerminalError(`not a JobSink: ${parsed.problems.join('; ')}`);
    const sink = parsed.value;
    const [template, view] = await Promise.all([
      options.template.find(sink, signal),
      options.dataPlane.view(sink.metadata, signal),
    ]);
    const findings = {
      generation: sink.metadata.generation,
      url: sinkUrl(options.service, sink.metadata),
      conditions: [template, dataPlaneFinding(view, options.service.service), eventPoliciesFinding],
    };
    const status = sinkStatus(sink.status, findings, timestamp(options.clock.now()));
    await options.statusWriter.write(object, { ...status, ...jobSelector(sink) }, signal);
    return options.recheck.after(object, status, { logger });
  };
}

const jobSelector = ({ metadata }: JobSink) => ({
  job: { selector: `${jobSinkNameLabel}=${metadata.name}` },
});
