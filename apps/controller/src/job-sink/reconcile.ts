import {
  jobSinkNameLabel,
  parseJobSink,
  withSeverity,
  type JobSink,
  type JobSinkStatus,
} from '@event-sinks/crds';
import type { KubeObject } from '@event-sinks/kube';
import { TerminalError, type ReconcileContext, type ReconcileResult } from '@event-sinks/reconciler';
import type { Clock } from '@event-sinks/runtime';
import type { DataPlane } from '../adapters/data-plane.ts';
import type { SinkRecheck } from '../adapters/sink-recheck.ts';
import type { StatusWriter } from '../adapters/status-writer.ts';
import { sinkUrl, type DataPlaneService } from '../domain/address.ts';
import { dataPlaneFinding, waitForPods } from '../domain/data-plane.ts';
import { eventPoliciesFinding, refusedFinding, securityView, type Gate } from '../domain/event-policies.ts';
import type { SinkJobs } from '../domain/job-states.ts';
import { sooner } from '../domain/recheck.ts';
import { sinkStatus, timestamp } from '../domain/sink-status.ts';
import type { JobOverview } from './job-overview.ts';
import type { JobsCondition } from './jobs-condition.ts';
import type { TemplateWatch } from './template-watch.ts';

/** What reconciling a JobSink works with. */
export interface JobSinkReconcilerOptions {
  readonly template: TemplateWatch;
  readonly jobs: Pick<JobOverview, 'of'>;
  readonly jobsCondition: JobsCondition;
  readonly dataPlane: DataPlane;
  readonly gate: Gate;
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
    const view = await options.dataPlane.view(sink.metadata, signal);
    const waitMs = waitForPods(view, sink.status);
    if (waitMs !== undefined) return { requeueAfterMs: waitMs };
    const template = await options.template.find(sink, view.refusal, signal);
    const jobs = options.jobs.of(sink.metadata);
    const context = { template, signal };
    const information = jobs === undefined ? [] : [await options.jobsCondition.find(sink, jobs, context)];
    const security = securityView(options.gate, sink.status);
    const findings = {
      information,
      generation: sink.metadata.generation,
      url: sinkUrl(options.service, sink.metadata),
      conditions: [
        template,
        refusedFinding(security) ?? dataPlaneFinding(view, options.service.service),
        eventPoliciesFinding(security),
      ].map((finding) => withSeverity('JobSink', finding)),
    };
    const status = sinkStatus(sink.status, findings, timestamp(options.clock.now()));
    const written: JobSinkStatus = { ...status, job: jobStatus(sink, jobs) };
    await options.statusWriter.write(object, written, signal);
    return sooner(options.recheck.after(object, status, { logger }), view.refusal);
  };
}

/** The counts stay as they are until all Jobs have been counted. */
function jobStatus({ metadata, status }: JobSink, jobs: SinkJobs | undefined): JobSinkStatus['job'] {
  const selector = `${jobSinkNameLabel}=${metadata.name}`;
  if (jobs === undefined) return { ...status?.job, selector };
  const { active, succeeded, failed } = jobs;
  return { selector, active, succeeded, failed };
}
