/** Part of an object that nobody has looked at yet, so any field may hold anything. */
export type Fields = Readonly<Record<string, unknown>>;

/** Whether this is an object, so that its fields can be looked at. */
export const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

/** The list at the end of this path; empty when there is none. */
export function listAt(value: unknown, path: readonly string[]): readonly unknown[] {
  const found = path.reduce<unknown>((at, key) => (isFields(at) ? at[key] : undefined), value);
  return Array.isArray(found) ? found : [];
}
