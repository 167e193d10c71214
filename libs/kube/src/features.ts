/** The name of the ConfigMap in the system namespace by which Knative Eventing switches features. */
export const featuresConfigMap = 'config-features';

/** What that ConfigMap asks of those who take events. */
export interface SecurityFeatures {
  /** Senders must authenticate (`authentication-oidc`). */
  readonly authentication: boolean;
  /** Events must not travel in the clear (`transport-encryption: strict`). */
  readonly strictTransport: boolean;
}

/** What holds where the ConfigMap or a key is absent. */
export const noSecurityFeatures: SecurityFeatures = { authentication: false, strictTransport: false };

const authenticationKey = 'authentication-oidc';
const transportKey = 'transport-encryption';

/**
 * Reads the ConfigMap's data as Knative does: keys are trimmed, values are not, case does not matter. A value that Knative
 * does not know counts as the strictest one, since somebody wanted security and mistyped it.
 */
export function readSecurityFeatures(data: Readonly<Record<string, string>> = {}): SecurityFeatures {
  const values = new Map(Object.entries(data).map(([key, value]) => [key.trim(), value.toLowerCase()]));
  const authentication = values.get(authenticationKey) ?? 'disabled';
  const transport = values.get(transportKey) ?? 'disabled';
  return {
    authentication: authentication !== 'disabled',
    strictTransport: transport !== 'disabled' && transport !== 'permissive',
  };
}
