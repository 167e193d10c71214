export { errorTable, isRetriedBySenders, type ErrorCode } from './table.ts';
export { problems, safeAttributeName, type Problem, type RefusalFacts } from './problems.ts';
export {
  maxPublicMessageBytes,
  publicMessage,
  SinkError,
  toSinkError,
  type SinkErrorOptions,
} from './sink-error.ts';
