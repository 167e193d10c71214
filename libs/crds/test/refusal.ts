import type { Answer } from './kube-api.ts';

/**
 * Added by the API server itself when a value is missing or of the wrong type, since rules cannot be evaluated
 * then. It names no field and says nothing about the object, and no CRD can prevent it.
 */
const rulesWereSkipped = 'Invalid value: null: some validation rules were not checked';

/** Why a write was refused, as `field: message`; nothing else may have been wrong with it. */
export function problemsIn(answer: Answer): string[] {
  const { status, body } = answer;
  if (status === 400) return [body.message ?? ''];
  if (status !== 422) throw new Error(`refused with 422 or 400 was expected, not ${status}`);
  return (body.details?.causes ?? [])
    .filter(({ field, message }) => !(field === '<nil>' && message.startsWith(rulesWereSkipped)))
    .map(({ field, message }) => `${field}: ${message}`);
}
