import { isNotFound, type KubeClient, type KubeObject, type Resource } from '@event-sinks/kube';
import { bundleOf, certificatesIn } from '../domain/certificate/ca-bundle.ts';

/** What API servers trust when they call the webhook: `caBundle` in its configuration. */
export interface CaAnnouncer {
  read(): Promise<Announcement>;
  /** Makes it exactly these; throws a conflict when the configuration has changed since it was read. */
  write(cas: readonly string[], before: Announcement): Promise<void>;
}

/** The configuration as it was read. */
export interface Announcement {
  /** Undefined where there is no configuration, so that nobody calls. */
  readonly configuration: WebhookConfiguration | undefined;
  /** In every entry of it. */
  trusts(cas: readonly string[]): boolean;
  /** And nothing else. */
  isExactly(cas: readonly string[]): boolean;
  /** As Helm leaves it on the first install. */
  readonly isEmpty: boolean;
}

/** The part of it that matters here. */
interface WebhookConfiguration extends KubeObject {
  readonly webhooks?: readonly {
    readonly name: string;
    readonly clientConfig: { readonly caBundle?: string };
  }[];
}

const configurations: Resource<WebhookConfiguration> = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  plural: 'validatingwebhookconfigurations',
  namespaced: false,
};

/** Reads and patches one configuration by its name. */
export function createCaAnnouncer(client: Pick<KubeClient, 'get' | 'patch'>, name: string): CaAnnouncer {
  return {
    async read() {
      try {
        return announcementOf(await client.get(configurations, { name }));
      } catch (error) {
        if (isNotFound(error)) return announcementOf(undefined);
        throw error;
      }
    },
    async write(cas, { configuration }) {
      if (configuration === undefined) return;
      const caBundle = Buffer.from(bundleOf(cas)).toString('base64');
      const webhooks = (configuration.webhooks ?? []).map((webhook) => ({
        ...webhook,
        clientConfig: { ...webhook.clientConfig, caBundle },
      }));
      // Only what differs becomes ours: Helm goes on owning the rest and never rendered this field.
      const { resourceVersion = '' } = configuration.metadata;
      await client.patch(configurations, { name, resourceVersion }, { webhooks });
    },
  };
}

function announcementOf(configuration: WebhookConfiguration | undefined): Announcement {
  const bundles = (configuration?.webhooks ?? []).map(({ clientConfig }) =>
    certificatesIn(Buffer.from(clientConfig.caBundle ?? '', 'base64').toString('utf8')),
  );
  return {
    configuration,
    trusts: (cas) => bundles.every((bundle) => cas.every((ca) => bundle.includes(ca))),
    isExactly: (cas) => bundles.every((bundle) => bundleOf(bundle) === bundleOf(cas)),
    isEmpty: bundles.some((bundle) => bundle.length === 0),
  };
}
