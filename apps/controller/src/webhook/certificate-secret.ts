import { isNotFound, secrets, type KubeClient, type KubeObject } from '@event-sinks/kube';
import { bundleOf } from '../domain/certificate/ca-bundle.ts';
import { secretKeys, type CertificateSet } from '../domain/certificate/certificate-view.ts';

/** The Secret that all replicas serve from. */
export interface CertificateSecret {
  read(): Promise<StoredSecret | undefined>;
  /** Creates it, or replaces what was read; throws a conflict when somebody else was faster. */
  write(set: CertificateSet, before: StoredSecret | undefined): Promise<void>;
}

/** The Secret as it was read. */
export interface StoredSecret {
  readonly resourceVersion: string;
  /** Decoded. */
  readonly data: Readonly<Record<string, string>>;
  readonly object: KubeObject;
}

/** Which Secret it is. */
export interface SecretName {
  readonly namespace: string;
  readonly name: string;
}

/** Reads and writes the Secret, one call each. */
export function createCertificateSecret(
  client: Pick<KubeClient, 'get' | 'create' | 'replace'>,
  { namespace, name }: SecretName,
): CertificateSecret {
  return {
    async read() {
      try {
        const object = await client.get<KubeObject>(secrets, { namespace, name });
        const { resourceVersion = '' } = object.metadata;
        return { resourceVersion, data: decoded(object['data']), object };
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    },
    async write(set, before) {
      const data = dataOf(set);
      if (before !== undefined) {
        await client.replace<KubeObject>(secrets, { ...before.object, data });
        return;
      }
      const labels = { 'app.kubernetes.io/part-of': 'event-sinks', 'app.kubernetes.io/name': 'controller' };
      await client.create<KubeObject>(secrets, {
        ...{ apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name, labels } },
        ...{ type: 'kubernetes.io/tls', data },
      });
    },
  };
}

function decoded(data: unknown): Record<string, string> {
  const entries = Object.entries((data ?? {}) as Record<string, string>);
  return Object.fromEntries(
    entries.map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]),
  );
}

function dataOf({ current, next, cas }: CertificateSet): Record<string, string> {
  const texts: Record<string, string> = {
    [secretKeys.certificate]: current.certificate,
    [secretKeys.key]: current.key,
    [secretKeys.ca]: bundleOf(cas),
    ...(next && { [secretKeys.nextCertificate]: next.certificate, [secretKeys.nextKey]: next.key }),
  };
  return Object.fromEntries(
    Object.entries(texts).map(([key, text]) => [key, Buffer.from(text).toString('base64')]),
  );
}
