import { z } from 'zod';
import {
  asVariable,
  choice,
  group,
  integer,
  kubernetesList,
  kubernetesObject,
  stringMap,
  text,
  textLike,
  toggle,
} from './fields.ts';

/** What differs between the components in the values that all of them have. */
export interface ComponentDefaults {
  /** Name of the image, and what the pods are called. */
  readonly name: string;
  /** Whether the component is there, in words. */
  readonly enabled: string;
  readonly memory: { readonly request: string; readonly limit: string };
  readonly gracePeriodSeconds: number;
}

const countOrPercentage = z.union([z.int().min(0), z.string().regex(/^([0-9]+%)?$/)]);

/** A registry and a path in it: no scheme, and no slash at the end. */
export const registryPattern = /^([a-z0-9][a-z0-9.-]*(:[0-9]+)?(\/[a-z0-9._-]+)*)?$/;

const percentage = { min: 1, max: 100 };

/** The image of one component; what is empty is taken from the values above, or from the chart. */
function image(name: string) {
  return group('The image of the pods.', {
    registry: textLike(registryPattern, 'Prefix of the image’s name; `image.registry` unless set.'),
    repository: text(`Rest of the name; \`${name}\` unless set.`),
    tag: text('The chart’s `appVersion` unless set.'),
    digest: z
      .string()
      .regex(/^(sha256:[0-9a-f]{64})?$/)
      .default('')
      .describe('Such as `sha256:…`. Where it is set the tag says nothing any more.'),
    pullPolicy: choice(['', 'Always', 'IfNotPresent', 'Never'], '`image.pullPolicy` unless set.', ''),
  });
}

/** Where the pod of a hook runs and what it gets. What is empty is taken from a component, named in the description. */
export function hookPodValues(component: string) {
  return {
    resources: kubernetesObject('Requests and limits of the container.', {
      requests: { cpu: '10m', memory: '64Mi' },
      limits: { memory: '128Mi' },
    }),
    nodeSelector: stringMap(`Labels that a node must have; those of ${component} unless set.`),
    tolerations: kubernetesList(`Taints that the pod tolerates; those of ${component} unless set.`),
    affinity: kubernetesObject(`As in a pod; that of ${component} unless set.`),
    priorityClassName: text(`Name of a PriorityClass; that of ${component} unless set.`),
  };
}

function podDisruptionBudget() {
  return group('Keeps a drain of nodes from taking all pods at once. Of use from two replicas on.', {
    enabled: toggle('Whether there is one.', false),
    minAvailable: countOrPercentage
      .default('')
      .describe('Number or percentage of pods that stay; used instead of `maxUnavailable` where it is set.'),
    maxUnavailable: countOrPercentage
      .default(1)
      .describe('Number or percentage of pods that may be away at once.'),
  });
}

function autoscaling() {
  return group('A HorizontalPodAutoscaler, which then decides on the number of pods.', {
    enabled: toggle('Whether there is one. It needs a metrics server in the cluster.', false),
    minReplicas: integer('Pods at least.', { min: 1, max: 1000, default: 2 }),
    maxReplicas: integer('Pods at most.', { min: 1, max: 1000, default: 10 }),
    targetCPUUtilizationPercentage: integer('Of the requested CPU, on average.', {
      ...percentage,
      default: 80,
    }),
    behavior: kubernetesObject('How fast to scale, as in the HorizontalPodAutoscaler.'),
  });
}

function serviceAccount() {
  return group('The account that the pods speak to the API server with.', {
    create: toggle('Whether the chart makes it. Its rights are bound in any case.', true),
    name: text('Its name; one that the chart chooses unless set.'),
    annotations: stringMap('Annotations, for identities of a cloud for example.'),
  });
}

/** A probe's timing; what is asked, and where, is the chart's business. */
function probe(what: string, defaults: { period: number; timeout: number; failures: number }) {
  const seconds = { min: 1, max: 3600 };
  return group(what, {
    periodSeconds: integer('Seconds from one to the next.', { ...seconds, default: defaults.period }),
    timeoutSeconds: integer('Seconds to wait for an answer.', { ...seconds, default: defaults.timeout }),
    failureThreshold: integer('Failures in a row that count.', { ...seconds, default: defaults.failures }),
  });
}

/** Values that every component has. */
export function componentValues(defaults: ComponentDefaults) {
  return {
    enabled: toggle(defaults.enabled, true),
    image: image(defaults.name),
    replicas: integer('Pods, unless `autoscaling` is enabled.', { min: 0, max: 1000, default: 1 }),
    logLevel: asVariable(
      'LOG_LEVEL',
      choice(['debug', 'info', 'warn', 'error'], 'Least severe lines to be logged.', 'info'),
    ),
    resources: kubernetesObject('What the container asks for, and what it gets at most.', {
      requests: { cpu: '50m', memory: defaults.memory.request },
      limits: { memory: defaults.memory.limit },
    }),
    terminationGracePeriodSeconds: integer(
      'Grace period in seconds. Must exceed the time for draining by 2 seconds or more.',
      { min: 0, max: 86_400, default: defaults.gracePeriodSeconds },
    ),
    // A pod that is slow because its node is short of CPU must not leave the Service: it may be the only one. One that is
    // told to end answers 503 at once.
    readinessProbe: probe('Whether the pod gets requests.', { period: 2, timeout: 5, failures: 3 }),
    livenessProbe: probe('Whether the container is started anew.', { period: 10, timeout: 5, failures: 3 }),
    podDisruptionBudget: podDisruptionBudget(),
    autoscaling: autoscaling(),
    topologySpreadConstraints: kubernetesList(
      'Over which zones or nodes to spread the pods. An entry without `labelSelector` is about these pods.',
    ),
    nodeSelector: stringMap('Labels that a node must have.'),
    tolerations: kubernetesList('Taints of nodes that do not matter.'),
    affinity: kubernetesObject('As in a pod.'),
    priorityClassName: text('Which pods yield to these when nodes are full.'),
    podAnnotations: stringMap('Further annotations of the pods.'),
    podLabels: stringMap('Further labels of the pods.'),
    extraEnv: kubernetesList('Further variables of the container, as in a pod.'),
    extraVolumes: kubernetesList('Further volumes of the pod.'),
    extraVolumeMounts: kubernetesList('Where the container finds them.'),
    serviceAccount: serviceAccount(),
  };
}
