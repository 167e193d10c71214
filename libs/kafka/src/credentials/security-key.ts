import { createHash } from 'node:crypto';
import type { KafkaSecurity } from './security.ts';

/**
 * A digest (sha256, hex) that is equal for equal credentials, so that producers can be shared and compared without
 * anyone keeping the secrets themselves. Absent and plaintext are the same.
 */
export function securityKey(security: KafkaSecurity | undefined): string {
  const { protocol, tls, sasl } = security ?? { protocol: 'PLAINTEXT' };
  const parts = [protocol, tls?.ca, tls?.certificate, tls?.key, ...saslParts(sasl)];
  // JSON, because joined by any separator, two different lists could look alike.
  return createHash('sha256')
    .update(JSON.stringify(parts.map((part) => part ?? null)))
    .digest('hex');
}

function saslParts(sasl: KafkaSecurity['sasl']): (string | undefined)[] {
  if (sasl === undefined) return [];
  return sasl.mechanism === 'OAUTHBEARER'
    ? [sasl.mechanism, sasl.tokenEndpoint, sasl.clientId, sasl.clientSecret, sasl.scope]
    : [sasl.mechanism, sasl.username, sasl.password];
}
