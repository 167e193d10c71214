/** The RoleBinding by which this system may read Secrets in one namespace. */
export interface ReaderBinding {
  readonly roleRef: { readonly apiGroup: string; readonly kind: string; readonly name: string };
  readonly subjects: readonly BindingSubject[];
  /** Whether it carries our label; what others made is not ours to remove. */
  readonly isOurs: boolean;
}

/** Who a binding is for. */
export interface BindingSubject {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string | undefined;
}

/** What happens to the binding of a namespace; `replace` means that it is deleted first, for a role cannot be changed. */
export type BindingPlan = 'none' | 'create' | 'delete' | 'replace';

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
  wanted: Pick<ReaderBinding, 'roleRef' | 'subjects'>,
  found: ReaderBinding | undefined,
): BindingPlan {
  if (found === undefined) return isWanted ? 'create' : 'none';
  if (!found.isOurs) return 'none';
  if (!isWanted) return 'delete';
  return isSame(wanted, found) ? 'none' : 'replace';
}

function isSame(wanted: Pick<ReaderBinding, 'roleRef' | 'subjects'>, found: ReaderBinding): boolean {
  const text = ({ roleRef, subjects }: Pick<ReaderBinding, 'roleRef' | 'subjects'>): string =>
    JSON.stringify([
      [roleRef.kind, roleRef.name],
      subjects.map(({ kind, namespace, name }) => `${kind}/${namespace ?? ''}/${name}`).sort(),
    ]);
  return text(wanted) === text(found);
}
