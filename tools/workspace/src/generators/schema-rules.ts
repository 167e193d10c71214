import type { StructuralSchema } from '@event-sinks/crds';

/** A CEL rule as it stands in a CRD, as far as pages need it. */
export interface SchemaRule {
  readonly message: string;
  readonly fieldPath?: string;
  readonly reason?: string;
}

/** The CEL rules that stand on this very schema. */
export function rulesOf(schema: StructuralSchema): readonly SchemaRule[] {
  return (schema['x-kubernetes-validations'] ?? []) as readonly SchemaRule[];
}

/** What the rules refuse, in words. Rules that only require a field are left out: tables have a column for it. */
export function ruleMessages(schema: StructuralSchema): readonly string[] {
  return rulesOf(schema)
    .filter(({ reason }) => reason !== 'FieldValueRequired')
    .map(({ message }) => message);
}
