import { describe, expect, test } from '@jest/globals';
import { mountsEventFolder } from '@event-sinks/job-plan';
import { ruleProblems } from './template-rules.ts';

const place = { volume: 'jobsink-event', mountPath: '/etc/jobsink-event', isFolder: mountsEventFolder };
const fieldsOf = (job: Record<string, unknown>, name = 'logger'): string[] =>
  ruleProblems({ metadata: { name, namespace: 'shop' }, spec: { job } }, place).map(({ field }) => field);
const inPod = (spec: object): Record<string, unknown> => ({ spec: { template: { spec } } });
const withMounts = (...volumeMounts: object[]): Record<string, unknown> =>
  inPod({ containers: [{ name: 'main', volumeMounts }] });
const mount = (name: string, mountPath: string): object => ({ name, mountPath });
const firstMount = 'spec.job.spec.template.spec.containers[0].volumeMounts[0].mountPath';

describe('the rules', () => {
  test.each<[string, Record<string, unknown>, string[]]>([
    ['let an ordinary template pass', inPod({ containers: [{ name: 'main', image: 'x' }] }), []],
    ['let the JobSink’s own namespace pass', { metadata: { namespace: 'shop' } }, []],
    ['find another namespace', { metadata: { namespace: 'other' } }, ['spec.job.metadata.namespace']],
    [
      'find a mount in the folder that is added beside a mount of one file',
      withMounts(mount('mine', '/etc/jobsink-event/x'), {
        ...mount('jobsink-event', '/data/e.json'),
        subPath: 'event',
      }),
      [firstMount],
    ],
    [
      'find a second controller, wherever it stands',
      { metadata: { ownerReferences: [{ controller: false }, { controller: true }] } },
      ['spec.job.metadata.ownerReferences[1].controller'],
    ],
    [
      'find the reserved volume',
      inPod({ volumes: [{ name: 'jobsink-event' }] }),
      ['spec.job.spec.template.spec.volumes[0].name'],
    ],
    ['find a mount at the event’s path', withMounts(mount('a', '/etc/jobsink-event')), [firstMount]],
    ['find one that is spelt otherwise', withMounts(mount('a', '/etc//jobsink-event/')), [firstMount]],
    ['find one below it', withMounts(mount('a', '/etc/jobsink-event/more')), [firstMount]],
    ['let a mount beside it pass', withMounts(mount('a', '/etc/jobsink-events')), []],
    ['let a mount above it pass', withMounts(mount('a', '/etc')), []],
    [
      'let a mount at the usual path pass where the event is elsewhere',
      withMounts(mount('a', '/etc/jobsink-event'), mount('jobsink-event', '/in')),
      [],
    ],
    [
      'find a mount where the event was moved to',
      withMounts(mount('a', '/in/'), mount('jobsink-event', '/in')),
      [firstMount],
    ],
    ['find a typo beside the spec', { specc: {} }, ['spec.job.specc']],
    ['find a typo in the metadata', { metadata: { label: {} } }, ['spec.job.metadata.label']],
    ['find labels that are no map', { metadata: { labels: 'a' } }, ['spec.job.metadata.labels']],
    [
      'find annotations that are no strings',
      { metadata: { annotations: { a: 1 } } },
      ['spec.job.metadata.annotations'],
    ],
    ['leave what is misshapen to the API server', inPod({ containers: [null, 'x'], volumes: 'none' }), []],
    ['leave a template without a shape to it too', { spec: null, metadata: [] }, []],
  ])('%s', (_what, job, fields) => {
    expect(fieldsOf(job)).toEqual(fields);
  });

  test('find a name that no label takes', () => {
    expect(fieldsOf({}, 'n'.repeat(63))).toEqual([]);
    expect(fieldsOf({}, 'n'.repeat(64))).toEqual(['metadata.name']);
  });
});
