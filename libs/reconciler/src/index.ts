export {
  createReconcileLoop,
  type ReconcileContext,
  type ReconcileLoop,
  type ReconcileLoopOptions,
  type ReconcileResult,
} from './reconcile-loop.ts';
export {
  noMetrics,
  type QueueSizes,
  type ReconcileMetrics,
  type ReconcileOutcome,
} from './reconcile-metrics.ts';
export { ReconcileTimeoutError } from './reconcile-passes.ts';
export { isTerminal, TerminalError } from './terminal-error.ts';
export { WorkQueue, type WorkQueueOptions } from './work-queue.ts';
