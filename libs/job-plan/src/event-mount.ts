/** Part of a user's template. Nobody has looked at it yet, so any field may hold anything. */
type Fields = Readonly<Record<string, unknown>>;

/** A pod template; everything in it passes through unseen but for the parts that take the event in. */
export interface PodTemplate extends Fields {
  readonly spec?: Fields;
}

/** Name of the volume with the event; a container may mount it elsewhere by this name. */
export const eventVolume = 'jobsink-event';

/** Where the event is unless a container mounts the volume elsewhere. */
export const defaultMountPath = '/etc/jobsink-event';

/** Key of the Secret, and so name of the file below the mount path. */
export const eventFile = 'event';

/**
 * Adds the event to a pod template: the volume, and for every container and init container the mount and the
 * variables, unless the container has its own. `K_EVENT_PATH` is the folder, as upstream has it. What is not of
 * the right shape is handed on, for the API server to refuse in its own words.
 */
export function withEventMounted(template: PodTemplate, secretName: string): PodTemplate {
  const spec = template.spec ?? {};
  const volume = { name: eventVolume, secret: { secretName } };
  return {
    ...template,
    spec: {
      ...spec,
      containers: listOf(spec['containers']).map(withEvent),
      ...(hasValue(spec['initContainers']) && {
        initContainers: listOf(spec['initContainers']).map(withEvent),
      }),
      volumes: [...listOf(spec['volumes']), volume],
    },
  };
}

function withEvent(container: unknown): unknown {
  if (!isFields(container)) return container;
  const mounts = listOf(container['volumeMounts']);
  const own = mounts.find((mount) => isNamed(mount, eventVolume));
  const ownPath = isFields(own) ? own['mountPath'] : undefined;
  const path = typeof ownPath === 'string' ? ownPath : defaultMountPath;
  const mount = { name: eventVolume, mountPath: path, readOnly: true };
  return {
    ...container,
    volumeMounts: own === undefined ? [...mounts, mount] : mounts,
    env: withVariables(listOf(container['env']), { K_EVENT_PATH: path, K_EXECUTION_MODE: 'batch' }),
  };
}

function withVariables(env: readonly unknown[], added: Readonly<Record<string, string>>): readonly unknown[] {
  const missing = Object.entries(added).filter(([name]) => !env.some((variable) => isNamed(variable, name)));
  return [...env, ...missing.map(([name, value]) => ({ name, value }))];
}

/** A list as it is, nothing as an empty one, and anything else as an element, which the API server then refuses. */
function listOf(value: unknown): readonly unknown[] {
  return hasValue(value) ? [value].flat() : [];
}

const hasValue = (value: unknown): boolean => value !== undefined && value !== null;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

const isNamed = (value: unknown, name: string): boolean => isFields(value) && value['name'] === name;
