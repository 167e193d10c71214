/** The parts of a pod template that take the event in; everything else in it passes through unseen. */
export interface PodTemplate {
  readonly spec?: PodSpec;
  readonly [key: string]: unknown;
}

interface PodSpec {
  readonly containers?: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes?: readonly Named[];
  readonly [key: string]: unknown;
}

interface Named {
  readonly name?: string;
  readonly [key: string]: unknown;
}

interface Container extends Named {
  readonly env?: readonly Named[];
  readonly volumeMounts?: readonly VolumeMount[];
}

interface VolumeMount extends Named {
  readonly mountPath?: string;
}

/** Name of the volume with the event; a container may mount it elsewhere by this name. */
export const eventVolume = 'jobsink-event';

const defaultMountPath = '/etc/jobsink-event';

/** Key of the Secret, and so name of the file below the mount path. */
export const eventFile = 'event';

/**
 * Adds the event to a pod template: the volume, and for every container and init container the mount and the
 * variables, unless the container has its own. `K_EVENT_PATH` is the folder, as upstream has it.
 */
export function withEventMounted(template: PodTemplate, secretName: string): PodTemplate {
  const spec = template.spec ?? {};
  const volume = { name: eventVolume, secret: { secretName } };
  return {
    ...template,
    spec: {
      ...spec,
      containers: (spec.containers ?? []).map(withEvent),
      ...(spec.initContainers && { initContainers: spec.initContainers.map(withEvent) }),
      volumes: [...(spec.volumes ?? []), volume],
    },
  };
}

function withEvent(container: Container): Container {
  const own = container.volumeMounts?.find(({ name }) => name === eventVolume);
  const path = own?.mountPath ?? defaultMountPath;
  const mount = { name: eventVolume, mountPath: path, readOnly: true };
  return {
    ...container,
    volumeMounts: own ? (container.volumeMounts ?? []) : [...(container.volumeMounts ?? []), mount],
    env: withVariables(container.env ?? [], { K_EVENT_PATH: path, K_EXECUTION_MODE: 'batch' }),
  };
}

function withVariables(env: readonly Named[], added: Readonly<Record<string, string>>): readonly Named[] {
  const missing = Object.entries(added).filter(([name]) => !env.some((variable) => variable.name === name));
  return [...env, ...missing.map(([name, value]) => ({ name, value }))];
}
