/** A part of a template; nobody has looked at it yet, so any field may hold anything. */
export type Fields = Readonly<Record<string, unknown>>;

/** An element of a list in a template, with the path it has there. */
export interface Placed {
  readonly path: string;
  readonly fields: Fields;
}

/** Whether a value is an object with members. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A member that is an object; an empty one when it is anything else. */
export function fieldsAt(fields: Fields, name: string): Fields {
  const value = fields[name];
  return isFields(value) ? value : {};
}

/** The objects in a list, each with its path; whatever else is there is left for the API server to refuse. */
export function listAt(fields: Fields, name: string, path: string): Placed[] {
  const value = fields[name];
  if (!Array.isArray(value)) return [];
  return value.flatMap((element: unknown, index) =>
    isFields(element) ? [{ path: `${path}.${name}[${index}]`, fields: element }] : [],
  );
}

/** Where the pod's spec is in a JobSink. */
export const podSpecPath = 'spec.job.spec.template.spec';

/** The pod's spec of a template, empty when there is none. */
export function podSpecOf(job: Fields): Fields {
  return fieldsAt(fieldsAt(fieldsAt(job, 'spec'), 'template'), 'spec');
}

/** Containers and init containers: all that get the event. */
export function containersOf(job: Fields): Placed[] {
  const pod = podSpecOf(job);
  return ['initContainers', 'containers'].flatMap((name) => listAt(pod, name, podSpecPath));
}
