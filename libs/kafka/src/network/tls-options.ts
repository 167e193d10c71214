import type { ConnectionOptions } from 'node:tls';
import type { KafkaSecurity } from '../credentials/security.ts';

/**
 * What Node's TLS is to be given, without the server's name, which is each broker's own; undefined when the protocol
 * has no TLS. Without `ca` Node trusts the roots that it brings, and those in NODE_EXTRA_CA_CERTS.
 */
export function tlsOptions(security: KafkaSecurity | undefined): ConnectionOptions | undefined {
  if (security?.protocol !== 'SSL' && security?.protocol !== 'SASL_SSL') return undefined;
  const { ca, certificate, key } = security.tls ?? {};
  return {
    minVersion: 'TLSv1.2',
    ...(ca === undefined ? {} : { ca }),
    ...(certificate === undefined || key === undefined ? {} : { cert: certificate, key }),
  };
}
