import { pbkdf2Sync, randomBytes } from 'node:crypto';
import type { TestPair } from './test-certificates.ts';
import { tokenAudience, type TestTokenEndpoint } from './token-endpoint.ts';

/** The listeners of a secured broker, beside the plain one of the tests' own tools. */
export const securedListeners = [
  /** SASL without TLS; every mechanism. */
  'saslPlaintext',
  /** SASL and TLS; every mechanism. */
  'saslSsl',
  /** TLS that demands a client certificate. */
  'mutualTls',
  /** TLS without client certificates, advertised as localhost. */
  'serverTls',
  /** TLS by a certificate for another host. */
  'wrongHost',
  /** TLS by a certificate whose time is over. */
  'expired',
] as const;

/** One of {@link securedListeners}. */
export type SecuredListener = (typeof securedListeners)[number];

/** What the broker's configuration is made of. */
export interface SecuredSettings {
  readonly ports: Readonly<Record<SecuredListener | 'plain' | 'controller', number>>;
  /** Passwords by user, for PLAIN and both kinds of SCRAM. */
  readonly users: Readonly<Record<string, string>>;
  readonly authority: string;
  readonly certificates: Readonly<Record<'broker' | 'wrongHost' | 'expired', TestPair>>;
  readonly tokens: Pick<TestTokenEndpoint, 'jwksUrl'>;
}

const mechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'];

const protocolOf: Readonly<Record<SecuredListener, string>> = {
  saslPlaintext: 'SASL_PLAINTEXT',
  saslSsl: 'SASL_SSL',
  mutualTls: 'SSL',
  serverTls: 'SSL',
  wrongHost: 'SSL',
  expired: 'SSL',
};

/** The `server.properties` of a broker that demands what each of its listeners is named for. */
export function securedProperties(settings: SecuredSettings): Record<string, string> {
  const { ports, certificates, tokens } = settings;
  const at = (host: (listener: SecuredListener) => string): string[] =>
    securedListeners.map((each) => `${each.toUpperCase()}://${host(each)}:${ports[each]}`);
  const plain = `PLAINTEXT://127.0.0.1:${ports.plain}`;
  return {
    listeners: [plain, `CONTROLLER://127.0.0.1:${ports.controller}`, ...at(() => '127.0.0.1')].join(','),
    'advertised.listeners': [plain, ...at((each) => (each === 'serverTls' ? 'localhost' : '127.0.0.1'))].join(
      ',',
    ),
    'listener.security.protocol.map': [
      'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
      ...securedListeners.map((each) => `${each.toUpperCase()}:${protocolOf[each]}`),
    ].join(','),
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    // The broker itself and the tests' tools; everyone else may do what no rule forbids.
    'super.users': 'User:ANONYMOUS',
    'allow.everyone.if.no.acl.found': 'true',
    'sasl.oauthbearer.jwks.endpoint.url': tokens.jwksUrl,
    'sasl.oauthbearer.expected.audience': tokenAudience,
    ...saslProperties('saslPlaintext', settings.users),
    ...saslProperties('saslSsl', settings.users),
    ...tlsProperties('saslSsl', certificates.broker, settings.authority),
    ...tlsProperties('mutualTls', certificates.broker, settings.authority),
    ...prefixed('mutualTls', { 'ssl.client.auth': 'required' }),
    ...tlsProperties('serverTls', certificates.broker, settings.authority),
    ...tlsProperties('wrongHost', certificates.wrongHost, settings.authority),
    ...tlsProperties('expired', certificates.expired, settings.authority),
  };
}

function saslProperties(
  listener: SecuredListener,
  users: Readonly<Record<string, string>>,
): Record<string, string> {
  const security = 'org.apache.kafka.common.security';
  const entries = Object.entries(users).map(([user, password]) => `user_${user}="${jaasEscape(password)}"`);
  return prefixed(listener, {
    'sasl.enabled.mechanisms': mechanisms.join(','),
    'plain.sasl.jaas.config': `${security}.plain.PlainLoginModule required ${entries.join(' ')};`,
    'scram-sha-256.sasl.jaas.config': `${security}.scram.ScramLoginModule required;`,
    'scram-sha-512.sasl.jaas.config': `${security}.scram.ScramLoginModule required;`,
    'oauthbearer.sasl.jaas.config': `${security}.oauthbearer.OAuthBearerLoginModule required;`,
    'oauthbearer.sasl.server.callback.handler.class': `${security}.oauthbearer.OAuthBearerValidatorCallbackHandler`,
  });
}

const jaasEscape = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"');

function tlsProperties(listener: SecuredListener, pair: TestPair, authority: string): Record<string, string> {
  return prefixed(listener, {
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.certificate.chain': pair.certificate,
    'ssl.keystore.key': pair.key,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.certificates': authority,
  });
}

function prefixed(listener: SecuredListener, properties: Record<string, string>): Record<string, string> {
  const prefix = `listener.name.${listener.toLowerCase()}.`;
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [prefix + key, value]));
}

/** Users for `--add-scram`. Already salted: the tool's own syntax does not take every password. */
export function scramUsers(users: Readonly<Record<string, string>>): string[] {
  return Object.entries(users).flatMap(([user, password]) => [
    scramUser('SCRAM-SHA-256', { user, password, hash: 'sha256', length: 32 }),
    scramUser('SCRAM-SHA-512', { user, password, hash: 'sha512', length: 64 }),
  ]);
}

function scramUser(
  mechanism: string,
  { user, password, hash, length }: { user: string; password: string; hash: string; length: number },
): string {
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(Buffer.from(password), salt, 4096, length, hash);
  const values = `salt="${salt.toString('base64')}",saltedpassword="${salted.toString('base64')}"`;
  return `${mechanism}=[name="${user}",iterations=4096,${values}]`;
}
