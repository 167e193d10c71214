import { protocolErrors } from '@platformatic/kafka';

/** The number of an error by Kafka's name for it; 0 for none. @throws Error for an unknown name. */
export function codeOf(type: string | undefined): number {
  if (type === undefined) return 0;
  const code = protocolErrors[type]?.code;
  if (code === undefined) throw new Error(`Kafka has no ${type}`);
  return code;
}
