import { freePorts } from './free-ports.ts';
import { startTestKafka, type TestKafka } from './kafka-broker.ts';
import {
  scramUsers,
  securedListeners,
  securedProperties,
  type SecuredListener,
} from './secured-properties.ts';
import { createTestAuthority, type TestAuthority } from './test-certificates.ts';
import { startTokenEndpoint, type TestTokenEndpoint } from './token-endpoint.ts';

/** One broker with a listener for each way of proving who one is. */
export interface SecuredTestKafka extends TestKafka {
  /** `host:port` of each listener; `bootstrap` is the plain one, on which everything is allowed. */
  readonly listeners: Readonly<Record<SecuredListener, string>>;
  /** Signed the brokers' certificates; client certificates that it issues are accepted. */
  readonly authority: TestAuthority;
  readonly tokens: TestTokenEndpoint;
}

/** What {@link startSecuredTestKafka} takes. */
export interface SecuredTestKafkaOptions {
  /** Passwords by user (letters, digits and _), for PLAIN and both kinds of SCRAM. */
  readonly users: Readonly<Record<string, string>>;
  /** OAuth client secrets by client id. */
  readonly clients?: Readonly<Record<string, string>>;
  readonly properties?: Readonly<Record<string, string>>;
}

/** Starts a broker with {@link securedListeners}, with certificates and a token endpoint made for it. */
export async function startSecuredTestKafka({
  users,
  clients = {},
  properties = {},
}: SecuredTestKafkaOptions): Promise<SecuredTestKafka> {
  const authority = await createTestAuthority('event-sinks-test');
  const tokens = await startTokenEndpoint({ clients });
  const hosts = ['localhost', '127.0.0.1'];
  const [broker, wrongHost, expired, numbers] = await Promise.all([
    authority.issue({ commonName: 'broker', hosts }),
    authority.issue({ commonName: 'elsewhere', hosts: ['elsewhere.example.org'] }),
    authority.issue({ commonName: 'expired', hosts, validity: 'past' }),
    freePorts(securedListeners.length + 2),
  ]);
  const names = ['plain', 'controller', ...securedListeners] as const;
  const ports = Object.fromEntries(names.map((name, index) => [name, numbers[index] ?? 0])) as Record<
    (typeof names)[number],
    number
  >;
  const settings = { ports, users, tokens, authority: authority.certificate };
  const secured = securedProperties({ ...settings, certificates: { broker, wrongHost, expired } });
  try {
    const kafka = await startTestKafka(
      { ...secured, ...properties },
      {
        ports,
        scramUsers: scramUsers(users),
        javaFlags: [`-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=${tokens.jwksUrl}`],
      },
    );
    const addressOf = (name: SecuredListener): string =>
      `${name === 'serverTls' ? 'localhost' : '127.0.0.1'}:${ports[name]}`;
    return {
      ...kafka,
      authority,
      tokens,
      listeners: Object.fromEntries(securedListeners.map((name) => [name, addressOf(name)])) as Record<
        SecuredListener,
        string
      >,
      close: async () => {
        await kafka.close();
        await tokens.close();
      },
    };
  } catch (error) {
    await tokens.close();
    throw error;
  }
}
