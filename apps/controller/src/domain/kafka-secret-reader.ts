/** The RoleBinding by which this system may read Secrets in one namespace. */
export interface ReaderBinding {
  readonly roleRef: { readonly apiGroup: string; readonly kind: string; readonly name: string };
  readonly subjects: readonly BindingSubject[];
  /** The uid of the role, with which the binding is to go; undefined where none is named, or none is known. */
  readonly owner: string | undefined;
  /** Whether it carries our label; what others made is not ours to remove. */
  readonly isOurs: boolean;
}

/** Who a binding is for. */
export interface BindingSubject {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string | undefined;
}

/**
 * What happens to the binding of a namespace; `replace` means that it is deleted first, for a role cannot be changed, and
 * `own` that the role is named as its owner while it goes on binding.
 */
export type BindingPlan = 'none' | 'create' | 'delete' | 'replace' | 'own';

/** What a binding should be like. */
export type WantedBinding = Omit<ReaderBinding, 'isOurs'>;

/** The label on what the controller creates besides Jobs, with its name as value. */
export const managedByLabel = {
  key: 'app.kubernetes.io/managed-by',
  value: 'event-sinks-controller',
} as const;

/** Whether a sink asks for a Secret; decided on the raw object, since one that cannot be read may become readable. */
export function wantsSecret(sink: Readonly<Record<string, unknown>>): boolean {
  const { spec } = sink;
  return typeof spec === 'object' && spec !== null && 'auth' in spec && spec.auth !== undefined;
}

/** What brings the binding to where it should be: there exactly while a sink in its namespace has credentials. */
export function planBinding(
  isWanted: boolean,
  wanted: WantedBinding,
  found: ReaderBinding | undefined,
): BindingPlan {
  if (found === undefined) return isWanted ? 'create' : 'none';
  if (!found.isOurs) return 'none';
  if (!isWanted) return 'delete';
  if (!isSame(wanted, found)) return 'replace';
  return wanted.owner === undefined || wanted.owner === found.owner ? 'none' : 'own';
}

function isSame(wanted: WantedBinding, found: ReaderBinding): boolean {
  const text = ({ roleRef, subjects }: WantedBinding): string =>
    JSON.stringify([
      [roleRef.kind, roleRef.name],
      subjects.map(({ kind, namespace, name }) => `${kind}/${namespace ?? ''}/${name}`).sort(),
    ]);
  return text(wanted) === text(found);
}
