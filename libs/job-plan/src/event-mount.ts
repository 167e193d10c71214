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
      containers: eachWithEvent(spec['containers']),
      ...(hasValue(spec['initContainers']) && { initContainers: eachWithEvent(spec['initContainers']) }),
      volumes: extended(spec['volumes'], () => [volume]),
    },
  };
}

function eachWithEvent(containers: unknown): unknown {
  const list = extended(containers, () => []);
  return Array.isArray(list) ? list.map(withEvent) : list;
}

function withEvent(container: unknown): unknown {
  if (!isFields(container)) return container;
  const { volumeMounts, env } = container;
  const mounts: readonly unknown[] = Array.isArray(volumeMounts) ? volumeMounts : [];
  const own = mounts.find((each) => isNamed(each, eventVolume));
  const ownPath = isFields(own) ? own['mountPath'] : undefined;
  const path = typeof ownPath === 'string' ? ownPath : defaultMountPath;
  const mount = { name: eventVolume, mountPath: path, readOnly: true };
  const variables = { K_EVENT_PATH: path, K_EXECUTION_MODE: 'batch' };
  return {
    ...container,
    volumeMounts: extended(volumeMounts, () => (own === undefined ? [mount] : [])),
    env: extended(env, (variable) => missingVariables(variable, variables)),
  };
}

function missingVariables(
  env: readonly unknown[],
  added: Readonly<Record<string, string>>,
): readonly unknown[] {
  const missing = Object.entries(added).filter(([name]) => !env.some((variable) => isNamed(variable, name)));
  return missing.map(([name, value]) => ({ name, value }));
}

/** A list with more behind it, and nothing as an empty list; what is no list stays, for the API server to refuse. */
function extended(value: unknown, more: (list: readonly unknown[]) => readonly unknown[]): unknown {
  if (hasValue(value) && !Array.isArray(value)) return value;
  const list = (value ?? []) as readonly unknown[];
  return [...list, ...more(list)];
}

const hasValue = (value: unknown): boolean => value !== undefined && value !== null;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

const isNamed = (value: unknown, name: string): boolean => isFields(value) && value['name'] === name;
