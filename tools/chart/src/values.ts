import { z } from 'zod';
import { hookPodValues, registryPattern } from './component.ts';
import { controllerValues } from './controller.ts';
import {
  asVariable,
  asVariableOfAll,
  choice,
  group,
  integer,
  kubernetesList,
  kubernetesObject,
  namespaceNames,
  stringMap,
  text,
  textLike,
  toggle,
} from './fields.ts';
import { kafkaValues } from './kafka.ts';
import { monitoringValues } from './monitoring.ts';
import { jobSinkValues, kafkaSinkValues } from './sinks.ts';
import { webhookValues } from './webhook.ts';

const port = { min: 1, max: 65_535 };

/** Every value of the chart, in the order of values.yaml. */
export const values = z.strictObject({
  mode: choice(
    ['standalone', 'alongside'],
    'standalone brings all that sinks need. alongside is for clusters with Knative Eventing: JobSink’s definition, ' +
      'status, admission and Service stay Knative’s, and only the dispatcher behind that Service is ours; KafkaSinks ' +
      'are wholly ours. The chart refuses the mode that does not fit.',
    'standalone',
  ),
  clusterDomain: asVariable(
    'CLUSTER_DOMAIN',
    textLike(
      /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
      'The DNS domain of the cluster, the end of every sink’s address.',
      'cluster.local',
    ),
  ),
  watchNamespaces: asVariableOfAll(
    'WATCH_NAMESPACES',
    namespaceNames(
      'Namespaces whose sinks are served, which have to be there; all namespaces when empty. With names, the accounts ' +
        'get Roles in these namespaces instead of ClusterRoles, and sinks elsewhere are left alone.',
      { max: 100 },
    ),
  ),
  commonLabels: stringMap('Further labels of every object and pod.'),
  image: group('What the images of all components have in common.', {
    registry: textLike(
      registryPattern,
      'Prefix of the images’ names; the apps are called controller, job-sink and kafka-sink.',
      'ghcr.io/event-sinks',
    ),
    pullPolicy: choice(['Always', 'IfNotPresent', 'Never'], 'When a node asks the registry.', 'IfNotPresent'),
  }),
  imagePullSecrets: kubernetesList('Secrets in the release’s namespace to pull the images with.'),
  podSecurityContext: kubernetesObject(
    'Of every pod. The restricted Pod Security Standard allows it; where the platform chooses users itself, set ' +
      'runAsUser and runAsGroup to null.',
    {
      runAsNonRoot: true,
      runAsUser: 65_532,
      runAsGroup: 65_532,
      seccompProfile: { type: 'RuntimeDefault' },
    },
  ),
  containerSecurityContext: kubernetesObject('Of every container.', {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  }),
  crds: group('The definitions of JobSink and KafkaSink.', {
    enabled: toggle('Whether the chart brings them.', true),
    keep: toggle('Whether they, and so all sinks, outlive `helm uninstall`.', true),
    annotations: stringMap('Further annotations of the definitions.'),
  }),
  admissionPolicy: group(
    'Admission policies of the API server: only a user who may create Jobs in a namespace may create JobSinks there, ' +
      'and only a user who may get a Secret may name it in the spec.auth of a KafkaSink.',
    { enabled: toggle('Whether the chart installs them.', true) },
  ),
  security: group('What is asked for in ConfigMap config-features and not enforced by this version.', {
    acceptUnenforced: asVariableOfAll(
      'SECURITY_ACCEPT_UNENFORCED',
      toggle(
        'Serves sinks although authentication-oidc is enabled, an EventPolicy applies to them, or transport-encryption ' +
          'is strict. Every sender that reaches a Service is then let in, over plain HTTP. Without it, such events are ' +
          'answered with 503, and the chart refuses to be installed.',
        false,
      ),
    ),
  }),
  webhook: webhookValues,
  networkPolicy: group(
    'Lets the pods be reached on their ports, and reach what they need, and nothing else.',
    {
      enabled: toggle(
        'Whether there are NetworkPolicies. They need a network plugin that heeds them.',
        false,
      ),
      apiServerPorts: z
        .array(z.int().min(port.min).max(port.max))
        .min(1)
        .default([443, 6443])
        .describe('Ports that the API server really listens on, behind its Service.'),
    },
  ),
  kafka: kafkaValues,
  controller: controllerValues,
  jobSink: jobSinkValues,
  kafkaSink: kafkaSinkValues,
  monitoring: monitoringValues,
  tests: group('The pod of `helm test`, which sends an event through each sink.', {
    bootstrapServers: z
      .array(z.string())
      .default([])
      .describe('Brokers for a KafkaSink to be tried; none is tried without them.'),
    topic: text('A topic there, which exists.', 'event-sinks-helm-test'),
    timeoutSeconds: integer('How long a sink may take to become ready.', { min: 5, max: 3600, default: 60 }),
    ...hookPodValues('the component whose image it uses'),
  }),
  uninstallHook: group(
    'The pod that `helm uninstall` runs: before it removes the definitions (`crds.keep=false`), or, where they stay, ' +
      'after it has removed the controller.',
    hookPodValues('the controller'),
  ),
});

/** For a chart that has this one as a dependency; neither stands in values.yaml, and neither does anything here. */
export const parentValues = z.strictObject({
  global: z.record(z.string(), z.unknown()).optional().describe('Values that a parent chart shares.'),
  enabled: z.boolean().optional().describe('For the `condition` of a parent chart’s dependency.'),
});
