import { isFields, type Fields } from './fields.ts';

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
 * variables, unless the container has its own. `K_EVENT_PATH` is the folder, as upstream has it. The variables stand
 * in front of the container's own, which may refer to them: Kubernetes expands `$(NAME)` only from what comes before.
 * What is not of the right shape is handed on, for the API server to refuse in its own words.
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
  const own = mounts.find(mountsEventFolder);
  const ownPath = isFields(own) ? own['mountPath'] : undefined;
  const path = typeof ownPath === 'string' ? ownPath : defaultMountPath;
  const mount = { name: eventVolume, mountPath: path, readOnly: true };
  const values = { K_EVENT_PATH: path, K_EXECUTION_MODE: 'batch' };
  return {
    ...container,
    volumeMounts: extended(volumeMounts, () => (own === undefined ? [mount] : [])),
    env: extended(
      env,
      () => [],
      (list) => missingVariables(list).map((variable) => ({ name: variable, value: values[variable] })),
    ),
  };
}

/**
 * Whether a volumeMount of a container is the folder with the event. One with a `subPath` is something inside: the file
 * itself, say.
 */
export function mountsEventFolder(mount: unknown): boolean {
  return isNamed(mount, eventVolume) && isFields(mount) && !mount['subPath'] && !mount['subPathExpr'];
}

/** How many variables are put in front of a container's own, so that the API server's words can be read. */
export function variablesInFront({ env }: Fields): number {
  return missingVariables(Array.isArray(env) ? env : []).length;
}

const ourVariables = ['K_EVENT_PATH', 'K_EXECUTION_MODE'] as const;

function missingVariables(env: readonly unknown[]): readonly (typeof ourVariables)[number][] {
  return ourVariables.filter((name) => !env.some((variable) => isNamed(variable, name)));
}

type More = (list: readonly unknown[]) => readonly unknown[];

/** A list with more around it, and nothing as an empty list; what is no list stays, for the API server to refuse. */
function extended(value: unknown, behind: More, inFront: More = () => []): unknown {
  if (hasValue(value) && !Array.isArray(value)) return value;
  const list = (value ?? []) as readonly unknown[];
  return [...inFront(list), ...list, ...behind(list)];
}

const hasValue = (value: unknown): boolean => value !== undefined && value !== null;

const isNamed = (value: unknown, name: string): boolean => isFields(value) && value['name'] === name;
