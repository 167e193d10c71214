import { expect, test } from '@jest/globals';
import { namesOfRuns } from './job-tour.ts';

const job = (name: string, id?: string): object => ({
  metadata: { name, ...(id === undefined ? {} : { annotations: { 'sinks.knative.dev/event-id': id } }) },
});

test('the tour looks at the Job of its own event, and not at those of events that a person has sent', () => {
  const items = [job('of-another', '124'), job('of-the-tour', '123'), job('without-annotation')];
  expect(namesOfRuns(JSON.stringify({ items }))).toEqual(['of-the-tour', 'without-annotation']);
});
