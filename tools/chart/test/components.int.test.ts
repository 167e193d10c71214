import { beforeAll, describe, expect, test } from '@jest/globals';
import { render, type Rendered, type RenderedContainer, type RenderedPod } from './support/chart.ts';

type Objects = ReadonlyMap<string, Rendered>;

/** An object that has to be there. @throws Error unless it is. */
function the(objects: Objects, name: string): Rendered {
  const object = objects.get(name);
  if (object === undefined) throw new Error(`there is no ${name}`);
  return object;
}

function podOf(objects: Objects, deployment: string): RenderedPod {
  return the(objects, `Deployment/${deployment}`).spec.template.spec;
}

function containerOf(objects: Objects, deployment: string): RenderedContainer {
  return podOf(objects, deployment).containers[0];
}

function variables(objects: Objects, deployment: string): Record<string, string | undefined> {
  return Object.fromEntries(containerOf(objects, deployment).env.map(({ name, value }) => [name, value]));
}

/** Resources that the rules of a role are about. */
function resourcesOf(objects: Objects, role: string): string[] {
  const { rules } = the(objects, `ClusterRole/${role}`);
  return [...new Set(rules.flatMap(({ resources }) => resources))].sort();
}

const deployments = ['event-sinks-controller', 'job-sink', 'kafka-sink-ingress'];

describe('what is left out', () => {
  test('JobSink alone brings nothing of KafkaSink', async () => {
    const objects = await render({ 'kafkaSink.enabled': false });
    const names = [...objects.keys()].join('\n');
    expect(names).not.toMatch(/kafka/);
    expect(names).toContain('CustomResourceDefinition/jobsinks.sinks.knative.dev');
    expect(resourcesOf(objects, 'event-sinks-controller')).not.toContain('kafkasinks');
    expect(resourcesOf(objects, 'event-sinks-view')).toEqual(['jobsinks']);
    expect(variables(objects, 'event-sinks-controller')).toMatchObject({
      JOB_SINK_ENABLED: 'true',
      SWEEP_ENABLED: 'true',
      KAFKA_SINK_ENABLED: 'false',
    });
  });

  test('KafkaSink alone brings nothing of JobSink, no webhook, and no right to Jobs', async () => {
    const objects = await render({ 'jobSink.enabled': false });
    expect([...objects.keys()].filter((name) => /job-?sink|webhook/i.test(name))).toEqual([]);
    expect(objects.has('ValidatingAdmissionPolicy/event-sinks-kafka-sink-author')).toBe(true);
    const resources = resourcesOf(objects, 'event-sinks-controller');
    expect(resources.filter((name) => name.startsWith('jobs'))).toEqual([]);
    expect(resources).not.toContain('validatingwebhookconfigurations');
    expect(variables(objects, 'event-sinks-controller')).toMatchObject({
      JOB_SINK_ENABLED: 'false',
      SWEEP_ENABLED: 'false',
      KAFKA_SINK_ENABLED: 'true',
      WEBHOOK_ENABLED: 'false',
    });
  });

  test('without the controller there is no webhook that nobody would answer', async () => {
    const objects = await render({ 'controller.enabled': false });
    expect([...objects.keys()].filter((name) => /controller|webhook/i.test(name))).toEqual([]);
    expect(objects.has('Deployment/job-sink')).toBe(true);
  });

  test('nothing at all is refused', async () => {
    const values = { 'controller.enabled': false, 'jobSink.enabled': false, 'kafkaSink.enabled': false };
    await expect(render(values)).rejects.toThrow('Nothing is left to install');
  });
});

describe('alongside Knative Eventing', () => {
  let objects: Objects;
  beforeAll(async () => {
    objects = await render({ mode: 'alongside' });
  });

  test('definition, Service, webhook and roles of JobSink are left to Knative', () => {
    for (const name of [
      'CustomResourceDefinition/jobsinks.sinks.knative.dev',
      'Deployment/job-sink',
      'Service/job-sink',
      'ServiceAccount/job-sink',
      'ValidatingWebhookConfiguration/event-sinks-webhook',
    ]) {
      expect([name, objects.has(name)]).toEqual([name, false]);
    }
    expect(resourcesOf(objects, 'event-sinks-edit')).toEqual(['kafkasinks']);
    expect(resourcesOf(objects, 'event-sinks-controller')).not.toContain('jobsinks/status');
  });

  test('installs the admission policies, since Knative has none', () => {
    for (const name of ['event-sinks-job-sink-author', 'event-sinks-kafka-sink-author'])
      for (const kind of ['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'])
        expect([name, objects.has(`${kind}/${name}`)]).toEqual([name, true]);
  });

  test('the dispatcher is behind Knative’s Service by label and port', () => {
    const { template } = the(objects, 'Deployment/event-sinks-job-sink').spec;
    expect(template.metadata.labels?.['sinks.knative.dev/sink']).toBe('job-sink');
    expect(template.spec.containers[0].ports).toEqual([
      { name: 'http', containerPort: 8080 },
      { name: 'http-metrics', containerPort: 9092 },
    ]);
  });

  test('the controller leaves JobSinks alone and still sweeps their Jobs', () => {
    expect(variables(objects, 'event-sinks-controller')).toMatchObject({
      JOB_SINK_ENABLED: 'false',
      SWEEP_ENABLED: 'true',
      KAFKA_SINK_ENABLED: 'true',
    });
  });

  test('everything of KafkaSink is there', () => {
    expect(objects.has('CustomResourceDefinition/kafkasinks.eventing.knative.dev')).toBe(true);
    expect(objects.has('Service/kafka-sink-ingress')).toBe(true);
  });
});

describe('a pod', () => {
  let objects: Objects;
  beforeAll(async () => {
    objects = await render();
  });

  test.each(deployments)('of %s is as the restricted Pod Security Standard wants it', (name) => {
    const pod = podOf(objects, name);
    expect(pod.securityContext).toEqual({
      runAsNonRoot: true,
      runAsUser: 65_532,
      runAsGroup: 65_532,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(pod.containers[0].securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  test.each(deployments)('of %s asks for its token itself; its account hands out none', (name) => {
    expect(podOf(objects, name).automountServiceAccountToken).toBe(true);
    expect(objects.get(`ServiceAccount/${name}`)?.automountServiceAccountToken).toBe(false);
  });

  test.each(['job-sink', 'kafka-sink-ingress'])('of %s has longer to end than the drain takes', (name) => {
    const { DRAIN_DELAY = '', DRAIN_TIMEOUT = '' } = variables(objects, name);
    const drain = Number.parseInt(DRAIN_DELAY, 10) + Number.parseInt(DRAIN_TIMEOUT, 10);
    expect(podOf(objects, name).terminationGracePeriodSeconds).toBeGreaterThan(drain);
  });
});

describe('what operators set', () => {
  const digest = `sha256:${'0a'.repeat(32)}`;
  let objects: Objects;
  beforeAll(async () => {
    objects = await render({
      'commonLabels.team': 'events',
      'image.registry': 'registry.example.com/mirror',
      'imagePullSecrets[0].name': 'pull',
      'jobSink.image.digest': digest,
      'kafkaSink.image.registry': 'other.example.com',
      'kafkaSink.image.repository': 'sinks/kafka',
      'kafkaSink.image.tag': 'v9',
      'kafkaSink.image.pullPolicy': 'Always',
      'jobSink.autoscaling.enabled': true,
      'jobSink.podDisruptionBudget.enabled': true,
      'jobSink.podDisruptionBudget.minAvailable': '50%',
      'kafkaSink.podDisruptionBudget.enabled': true,
      'jobSink.priorityClassName': 'system-cluster-critical',
      'jobSink.nodeSelector.disk': 'ssd',
      'jobSink.tolerations[0].operator': 'Exists',
      'jobSink.topologySpreadConstraints[0].maxSkew': 1,
      'jobSink.topologySpreadConstraints[0].topologyKey': 'zone',
      'jobSink.podAnnotations.note': 'yes',
      'jobSink.podLabels.extra': 'one',
      'jobSink.extraEnv[0].name': 'EXTRA',
      'jobSink.extraEnv[0].value': 'two',
      'jobSink.extraVolumes[0].name': 'scratch',
      'jobSink.extraVolumeMounts[0].name': 'scratch',
      'jobSink.extraVolumeMounts[0].mountPath': '/scratch',
      'jobSink.serviceAccount.annotations.role': 'cloud',
      'controller.serviceAccount.create': false,
      'controller.serviceAccount.name': 'given',
      'controller.sweep.age': '15m',
      'jobSink.maxInFlightBytes': 134_217_728,
      'networkPolicy.enabled': true,
    });
  });
  const dispatcher = (): Rendered => the(objects, 'Deployment/job-sink');

  test('an image by digest has no tag', () => {
    const image = containerOf(objects, 'job-sink').image;
    expect(image).toBe(`registry.example.com/mirror/job-sink@${digest}`);
  });

  test('an image may come from elsewhere', () => {
    const { image, imagePullPolicy } = containerOf(objects, 'kafka-sink-ingress');
    expect({ image, imagePullPolicy }).toEqual({
      image: 'other.example.com/sinks/kafka:v9',
      imagePullPolicy: 'Always',
    });
    expect(podOf(objects, 'job-sink').imagePullSecrets).toEqual([{ name: 'pull' }]);
  });

  test('where the autoscaler counts pods the Deployment does not', () => {
    expect(dispatcher().spec.replicas).toBeUndefined();
    expect(the(objects, 'HorizontalPodAutoscaler/job-sink').spec).toMatchObject({
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'job-sink' },
      minReplicas: 2,
      maxReplicas: 10,
    });
  });

  test('a budget is by what stays or by what may be away', () => {
    expect(the(objects, 'PodDisruptionBudget/job-sink').spec.minAvailable).toBe('50%');
    expect(the(objects, 'PodDisruptionBudget/job-sink').spec.maxUnavailable).toBeUndefined();
    expect(the(objects, 'PodDisruptionBudget/kafka-sink-ingress').spec.maxUnavailable).toBe(1);
  });

  test('placement, labels, variables and volumes reach the pod', () => {
    const { metadata, spec } = dispatcher().spec.template;
    expect(metadata.annotations).toEqual({ note: 'yes' });
    expect(metadata.labels).toMatchObject({ extra: 'one', team: 'events' });
    expect(spec).toMatchObject({
      priorityClassName: 'system-cluster-critical',
      nodeSelector: { disk: 'ssd' },
      tolerations: [{ operator: 'Exists' }],
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: 'zone',
          labelSelector: {
            matchLabels: { 'app.kubernetes.io/name': 'job-sink', 'app.kubernetes.io/instance': 'sinks' },
          },
        },
      ],
      volumes: [{ name: 'scratch' }],
    });
    expect(spec.containers[0].volumeMounts).toEqual([{ name: 'scratch', mountPath: '/scratch' }]);
    expect(variables(objects, 'job-sink')).toMatchObject({ EXTRA: 'two' });
  });

  test('common labels are on every object, and never in a selector', () => {
    for (const [name, { metadata }] of objects)
      expect([name, metadata.labels?.['team']]).toEqual([name, 'events']);
    expect(JSON.stringify(dispatcher().spec.selector)).not.toContain('team');
  });

  test('settings of the apps are values, and large numbers stay whole', () => {
    expect(variables(objects, 'event-sinks-controller')['SWEEP_AGE']).toBe('15m');
    expect(variables(objects, 'job-sink')['MAX_IN_FLIGHT_BYTES']).toBe('134217728');
  });

  test('an account that is given is bound and not made', () => {
    expect(objects.has('ServiceAccount/event-sinks-controller')).toBe(false);
    for (const kind of ['ClusterRoleBinding', 'RoleBinding']) {
      const [subject] = the(objects, `${kind}/event-sinks-controller`).subjects;
      expect(subject).toMatchObject({ kind: 'ServiceAccount', name: 'given' });
    }
    expect(podOf(objects, 'event-sinks-controller').serviceAccountName).toBe('given');
    expect(objects.get('ServiceAccount/job-sink')?.metadata.annotations).toEqual({ role: 'cloud' });
  });

  test('the dispatcher reaches names and the API server; only who talks to Kafka reaches anything', () => {
    const egress = (name: string): unknown => the(objects, `NetworkPolicy/${name}`).spec.egress;
    expect(egress('job-sink')).toEqual([
      {
        ports: [
          { port: 53, protocol: 'UDP' },
          { port: 53, protocol: 'TCP' },
          { port: 443, protocol: 'TCP' },
          { port: 6443, protocol: 'TCP' },
        ],
      },
    ]);
    expect(egress('kafka-sink-ingress')).toEqual([{}]);
    expect(the(objects, 'NetworkPolicy/job-sink').spec.ingress).toEqual([
      {
        ports: [
          { port: 'http', protocol: 'TCP' },
          { port: 'http-metrics', protocol: 'TCP' },
        ],
      },
    ]);
  });
});

describe('the webhook’s certificate', () => {
  test('of the controller’s own may be read and written by it, and given an owner, which asks for delete', async () => {
    const objects = await render();
    expect(the(objects, 'Role/event-sinks-controller').rules).toContainEqual({
      apiGroups: [''],
      resources: ['secrets'],
      resourceNames: ['event-sinks-webhook-tls'],
      verbs: ['get', 'update', 'delete'],
    });
  });

  test('by cert-manager is asked for, and its CA put into the webhook by cert-manager', async () => {
    const objects = await render({ 'webhook.certificate.certManager.enabled': true });
    expect(the(objects, 'Issuer/event-sinks-webhook').spec).toEqual({ selfSigned: {} });
    expect(the(objects, 'Certificate/event-sinks-webhook').spec).toMatchObject({
      secretName: 'event-sinks-webhook-tls',
      dnsNames: [
        'event-sinks-webhook.knative-eventing.svc',
        'event-sinks-webhook.knative-eventing.svc.cluster.local',
      ],
      issuerRef: { name: 'event-sinks-webhook', kind: 'Issuer', group: 'cert-manager.io' },
    });
    expect(objects.get('ValidatingWebhookConfiguration/event-sinks-webhook')?.metadata.annotations).toEqual({
      'cert-manager.io/inject-ca-from': 'knative-eventing/event-sinks-webhook',
    });
    expect(variables(objects, 'event-sinks-controller')).toMatchObject({
      WEBHOOK_CERTIFICATE_SECRET: 'event-sinks-webhook-tls',
      WEBHOOK_CERTIFICATE_SUPPLIED: 'true',
    });
    const secretRules = (
      the(objects, 'Role/event-sinks-controller').rules as { resources: string[] }[]
    ).filter(({ resources }) => resources.includes('secrets'));
    expect(secretRules).toEqual([
      {
        apiGroups: [''],
        resources: ['secrets'],
        resourceNames: ['event-sinks-webhook-tls'],
        verbs: ['get'],
      },
    ]);
  });

  test('by an issuer that is there needs no other', async () => {
    const objects = await render({
      'webhook.certificate.certManager.enabled': true,
      'webhook.certificate.certManager.issuerRef.name': 'company',
      'webhook.certificate.certManager.issuerRef.kind': 'ClusterIssuer',
    });
    expect(objects.has('Issuer/event-sinks-webhook')).toBe(false);
    expect(the(objects, 'Certificate/event-sinks-webhook').spec.issuerRef).toMatchObject({
      name: 'company',
      kind: 'ClusterIssuer',
    });
  });
});
