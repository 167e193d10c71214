export { errorTable, isRetriedBySenders, type ErrorCode } from './table.ts';
export { SinkError, toSinkError, type SinkErrorOptions } from './sink-error.ts';
