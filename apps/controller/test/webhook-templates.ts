import { jobSinkSpec } from './cluster.ts';

/** A template that is refused, with what the refusal must name. */
export interface BadTemplate {
  readonly what: string;
  readonly job: unknown;
  /** The path in the JobSink. */
  readonly field: string;
  /** Some words of what to do. */
  readonly mend: RegExp;
}

type Parts = Readonly<Record<string, unknown>>;

const container = { name: 'main', image: 'example.com/task' };
const podSpec = jobSinkSpec.job.spec.template.spec;
const inPod = (parts: Parts): Parts => ({ spec: { template: { spec: { ...podSpec, ...parts } } } });
const inContainer = (parts: Parts): Parts => inPod({ containers: [{ ...container, ...parts }] });
const inJob = (parts: Parts): Parts => ({ spec: { ...jobSinkSpec.job.spec, ...parts } });
const inMetadata = (metadata: Parts): Parts => ({ ...jobSinkSpec.job, metadata });

const pod = 'spec.job.spec.template.spec';
const bad = (what: string, job: unknown, field: string, mend: RegExp): BadTemplate => ({
  ...{ what, job, field, mend },
});

const unknown = /is no field .*check its spelling/;
const mountElsewhere = /mount this volume elsewhere/;

/** What users get wrong; each has one thing wrong with it. */
export const badTemplates: readonly BadTemplate[] = [
  bad('a typo in the Job', inJob({ backoffLimits: 1 }), 'spec.job.spec.backoffLimits', unknown),
  bad('a typo in the pod', inPod({ serviceAcountName: 'x' }), `${pod}.serviceAcountName`, unknown),
  bad('a typo in a container', inContainer({ comand: ['x'] }), `${pod}.containers[0].comand`, unknown),
  bad('a typo beside the spec', { ...jobSinkSpec.job, specs: {} }, 'spec.job.specs', unknown),
  bad('a typo in the metadata', inMetadata({ lables: {} }), 'spec.job.metadata.lables', unknown),
  bad(
    'a typo in the pod’s metadata',
    { spec: { template: { metadata: { lables: {} }, spec: podSpec } } },
    'spec.job.spec.template.metadata.lables',
    unknown,
  ),
  bad(
    'a field at the wrong place',
    inPod({ ttlSecondsAfterFinished: 1 }),
    `${pod}.ttlSecondsAfterFinished`,
    unknown,
  ),
  bad(
    'text for a number',
    inJob({ completions: 'three' }),
    'spec.job.spec.completions',
    /a whole number, not a string/,
  ),
  bad('a fraction', inJob({ parallelism: 1.5 }), 'spec.job.spec.parallelism', /a whole number, not 1\.5/),
  bad(
    'a number for text',
    inContainer({ image: 5 }),
    `${pod}.containers.image`,
    /a string; put it in quotes/,
  ),
  bad('text for a truth value', inJob({ suspend: 'yes' }), 'spec.job.spec.suspend', /true or false/),
  bad('text for a list', inContainer({ command: 'cat' }), `${pod}.containers.command`, /a list/),
  bad('text for an object', inPod({ securityContext: 'root' }), `${pod}.securityContext`, /an object/),
  bad(
    'a number as a variable',
    inContainer({ env: [{ name: 'A', value: 1 }] }),
    `${pod}.containers.env.value`,
    /quotes/,
  ),
  bad(
    'no restartPolicy',
    { spec: { template: { spec: { containers: [container] } } } },
    `${pod}.restartPolicy`,
    /"Never"/,
  ),
  bad('restartPolicy Always', inPod({ restartPolicy: 'Always' }), `${pod}.restartPolicy`, /"Never"/),
  bad('an unknown restartPolicy', inPod({ restartPolicy: 'never' }), `${pod}.restartPolicy`, /"Never"/),
  bad('no containers', inPod({ containers: [] }), `${pod}.containers`, /Required/),
  bad('containers that are null', inPod({ containers: null }), `${pod}.containers`, /Required/),
  bad('no image', inPod({ containers: [{ name: 'main' }] }), `${pod}.containers[0].image`, /Required/),
  bad('no name', inPod({ containers: [{ image: 'x' }] }), `${pod}.containers[0].name`, /Required/),
  bad(
    'a name with an underscore',
    inContainer({ name: 'my_main' }),
    `${pod}.containers[0].name`,
    /lower case/,
  ),
  bad(
    'two of one name',
    inPod({ containers: [container, container] }),
    `${pod}.containers[1].name`,
    /Duplicate/,
  ),
  bad(
    'an unknown imagePullPolicy',
    inContainer({ imagePullPolicy: 'Allways' }),
    `${pod}.containers[0].imagePullPolicy`,
    /"Always", "IfNotPresent", "Never"/,
  ),
  bad(
    'a variable without a name',
    inContainer({ env: [{ value: 'x' }] }),
    `${pod}.containers[0].env[0].name`,
    /Required/,
  ),
  bad(
    'a memory limit in words',
    inContainer({ resources: { limits: { memory: 'lots' } } }),
    `${pod}.containers[0].resources.limits[memory]`,
    /write a number with a suffix/,
  ),
  bad(
    'a memory limit with a wrong suffix',
    inContainer({ resources: { requests: { memory: '64MB' } } }),
    `${pod}.containers[0].resources.requests[memory]`,
    /64Mi/,
  ),
  bad(
    'a request above its limit',
    inContainer({ resources: { requests: { cpu: '2' }, limits: { cpu: '1' } } }),
    `${pod}.containers[0].resources.requests`,
    /less than or equal to cpu limit/,
  ),
  bad(
    'a negative backoffLimit',
    inJob({ backoffLimit: -1 }),
    'spec.job.spec.backoffLimit',
    /greater than or equal to 0/,
  ),
  bad(
    'a negative deadline',
    inJob({ activeDeadlineSeconds: -1 }),
    'spec.job.spec.activeDeadlineSeconds',
    /greater than/,
  ),
  bad(
    'a negative ttl',
    inJob({ ttlSecondsAfterFinished: -1 }),
    'spec.job.spec.ttlSecondsAfterFinished',
    /greater than or equal to 0/,
  ),
  bad(
    'an unknown completionMode',
    inJob({ completionMode: 'All' }),
    'spec.job.spec.completionMode',
    /"Indexed"/,
  ),
  bad(
    'a failure policy for a container that is not there',
    inJob({
      podFailurePolicy: {
        rules: [{ action: 'FailJob', onExitCodes: { containerName: 'other', operator: 'In', values: [1] } }],
      },
    }),
    'spec.job.spec.podFailurePolicy.rules[0].onExitCodes.containerName',
    /must be one of the container/,
  ),
  bad(
    'an unknown action of the failure policy',
    inJob({
      podFailurePolicy: {
        rules: [{ action: 'Stop', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }],
      },
    }),
    'spec.job.spec.podFailurePolicy.rules[0].action',
    /"FailJob"/,
  ),
  bad(
    'parallelism below zero',
    inJob({ parallelism: -1 }),
    'spec.job.spec.parallelism',
    /greater than or equal to 0/,
  ),
  bad(
    'a label that is none',
    inMetadata({ labels: { 'a b': 'c' } }),
    'spec.job.metadata.labels',
    /must consist of/,
  ),
  bad('a label that is a number', inMetadata({ labels: { a: 1 } }), 'spec.job.metadata.labels', /in quotes/),
  bad(
    'labels that are a list',
    inMetadata({ labels: ['a'] }),
    'spec.job.metadata.labels',
    /map names to strings/,
  ),
  bad(
    'annotations that are text',
    inMetadata({ annotations: 'a' }),
    'spec.job.metadata.annotations',
    /map names/,
  ),
  bad(
    'another namespace',
    inMetadata({ namespace: 'kube-system' }),
    'spec.job.metadata.namespace',
    /must be shop/,
  ),
  bad(
    'another controller',
    inMetadata({
      ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'a', uid: 'b', controller: true }],
    }),
    'spec.job.metadata.ownerReferences[0].controller',
    /leave it out/,
  ),
  bad(
    'the volume of the event',
    inPod({
      volumes: [
        { name: 'tmp', emptyDir: {} },
        { name: 'jobsink-event', emptyDir: {} },
      ],
    }),
    `${pod}.volumes[1].name`,
    /name this one differently/,
  ),
  bad(
    'another mount where the event goes',
    inPod({
      volumes: [{ name: 'tmp', emptyDir: {} }],
      containers: [{ ...container, volumeMounts: [{ name: 'tmp', mountPath: '/etc/jobsink-event/' }] }],
    }),
    `${pod}.containers[0].volumeMounts[0].mountPath`,
    mountElsewhere,
  ),
  bad(
    'another mount where an init container has the event',
    inPod({
      volumes: [{ name: 'tmp', emptyDir: {} }],
      initContainers: [
        {
          ...{ name: 'first', image: 'x' },
          volumeMounts: [
            { name: 'jobsink-event', mountPath: '/in' },
            { name: 'tmp', mountPath: '/in/side' },
          ],
        },
      ],
    }),
    `${pod}.initContainers[0].volumeMounts[1].mountPath`,
    mountElsewhere,
  ),
  bad(
    'a mount of no volume',
    inContainer({ volumeMounts: [{ name: 'nowhere', mountPath: '/x' }] }),
    `${pod}.containers[0].volumeMounts[0].name`,
    /Not found/,
  ),
  bad(
    'a volume of no kind',
    inPod({ volumes: [{ name: 'v', nothing: {} }] }),
    `${pod}.volumes[0].nothing`,
    unknown,
  ),
  bad(
    'a port that is none',
    inContainer({ ports: [{ containerPort: 70_000 }] }),
    `${pod}.containers[0].ports[0].containerPort`,
    /between 1 and 65535/,
  ),
];
