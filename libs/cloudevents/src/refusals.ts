import { SinkError, type Problem, type RefusalFacts } from '@event-sinks/errors';

/** The refusal of one attribute, which the sender is told by its name and never by its value. */
export function invalidAttribute(attribute: string, problem: Problem): SinkError {
  return new SinkError('InvalidAttribute', { facts: { attribute, problem } });
}

/** The refusal of the payload as it was declared. */
export function invalidData(problem: Problem): SinkError {
  return new SinkError('InvalidData', { facts: { problem } });
}

/** The refusal of a body that is not the one JSON value it should be; `at` are places in it. */
export function invalidJson(problem: Problem, at: Pick<RefusalFacts, 'byte'> = {}): SinkError {
  return new SinkError('InvalidJson', { facts: { problem, ...at } });
}
