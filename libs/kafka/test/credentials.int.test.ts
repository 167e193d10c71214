import { setTimeout as sleep } from 'node:timers/promises';
import { createPrivateKey } from 'node:crypto';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { ErrorCode } from '@event-sinks/errors';
import {
  createTestAuthority,
  eventually,
  recordingLogger,
  startSecuredTestKafka,
  type SecuredListener,
  type SecuredTestKafka,
  type TestAuthority,
  type TestPair,
} from '@event-sinks/testing';
import {
  describeTopic,
  readCredentials,
  createProducer,
  type KafkaProducer,
  type KafkaSecurity,
} from '../src/index.ts';
import { loopbackGuard } from './loopback-guard.ts';

const deliveryTimeoutMs = 6000;
const topic = 'secured';
/** Of its own: a topic with one rule is closed to everyone whom no rule lets in. */
const guarded = 'guarded';

/** A password for each kind of character that has broken one somewhere. */
const users = {
  plain: 'simple-secret',
  quotes: `double"single'back\`tick`,
  backslash: 'back\\slash\\n\\',
  spaces: ' leading, inner and trailing ',
  semicolon: 'a;b=c,d;]',
  unicode: 'pässwörd-密码-🔑',
};
type User = keyof typeof users;

/** `plain` is the one without any security. */
type Listener = SecuredListener | 'plain';

const clients = { 'app:1': 'client+secret/ü %&=' };

/**
 * Every way of proving who one is, each against a broker that demands it, and every way of failing to; what is
 * accepted is read back by Java's console consumer. Credentials pass through `readCredentials`, as in the product.
 */
describe('credentials', () => {
  const logger = recordingLogger();
  const open: KafkaProducer[] = [];
  const expected: string[] = [];
  let kafka: SecuredTestKafka;
  let stranger: TestAuthority;
  let pairs: Record<'ec' | 'rsa' | 'foreign' | 'past', TestPair>;

  beforeAll(async () => {
    kafka = await startSecuredTestKafka({ users, clients });
    stranger = await createTestAuthority('somebody-else');
    pairs = {
      ec: await kafka.authority.issue({ commonName: 'client-ec' }),
      rsa: await kafka.authority.issue({ commonName: 'client-rsa', keyType: 'rsa' }),
      foreign: await stranger.issue({ commonName: 'foreign' }),
      past: await kafka.authority.issue({ commonName: 'late', validity: 'past' }),
    };
    await Promise.all([topic, guarded].map((each) => kafka.createTopic({ topic: each })));
  }, 240_000);
  afterEach(async () => {
    await Promise.all(open.splice(0).map((producer) => producer.close()));
  });
  afterAll(async () => {
    await kafka.close();
  });

  const servers = (listener: Listener) => ({
    bootstrapServers: [listener === 'plain' ? kafka.bootstrap : kafka.listeners[listener]],
  });
  const producerFor = (listener: Listener, security: KafkaSecurity): KafkaProducer => {
    const producer = createProducer({
      connection: { ...servers(listener), clientId: 'secured', addressGuard: loopbackGuard, security },
      limits: { deliveryTimeoutMs },
      logger,
    });
    open.push(producer);
    return producer;
  };
  const sendOne = (producer: KafkaProducer, value: string): Promise<void> =>
    producer.send({ topic, key: null, value: Buffer.from(value), headers: [] });
  const expectSent = async (producer: KafkaProducer, value: string): Promise<void> => {
    await sendOne(producer, value);
    expected.push(value);
  };
  const expectStored = async (listener: SecuredListener, data: Record<string, string>): Promise<void> => {
    await expectSent(producerFor(listener, read(data)), expect.getState().currentTestName ?? '');
  };
  const expectRefused = async (
    listener: Listener,
    security: KafkaSecurity,
    code: ErrorCode,
  ): Promise<void> => {
    const sent = sendOne(producerFor(listener, security), 'must not be stored');
    await expect(sent).rejects.toMatchObject({ code, status: 503 });
    // The controller asks the brokers by itself, and names the same cause.
    const options = { ...servers(listener), clientId: 'admin', topic, security };
    const limits = { timeoutMs: 6000, addressGuard: loopbackGuard };
    await expect(describeTopic({ ...options, ...limits })).rejects.toMatchObject({ code });
  };
  const withCa = (data: Record<string, string>): Record<string, string> => ({
    'ca.crt': kafka.authority.certificate,
    ...data,
  });
  const clientPair = ({ certificate, key }: TestPair) => ({ 'user.crt': certificate, 'user.key': key });

  describe('accepted', () => {
    const mechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'];
    const rows = mechanisms.flatMap((mechanism) =>
      Object.keys(users).map((user) => [mechanism, user as User] as const),
    );
    test.each(rows)('SASL_PLAINTEXT with %s, user %s', async (mechanism, user) => {
      await expectStored('saslPlaintext', { protocol: 'SASL_PLAINTEXT', ...login(user, mechanism) });
    });

    test.each(mechanisms)('SASL_SSL with %s and a private authority', async (mechanism) => {
      await expectStored('saslSsl', withCa({ protocol: 'SASL_SSL', ...login('unicode', mechanism) }));
    });

    test('a secret made by echo, with line breaks after the words', async () => {
      const data = { protocol: 'SASL_PLAINTEXT\n', ...login('plain', 'SCRAM-SHA-512\n') };
      await expectStored('saslPlaintext', data);
    });

    test.each(['saslPlaintext', 'saslSsl'] as const)('OAUTHBEARER at %s', async (listener) => {
      const protocol = listener === 'saslSsl' ? 'SASL_SSL' : 'SASL_PLAINTEXT';
      const before = kafka.tokens.requests.length;
      await expectStored(listener, withCa({ protocol, ...oauth(kafka), 'sasl.oauthbearer.scope': 'kafka' }));
      expect(kafka.tokens.requests.slice(before)).toEqual([
        { client: 'app:1', form: { grant_type: 'client_credentials', scope: 'kafka' } },
      ]);
    });

    test('OAUTHBEARER whose tokens run out: new ones in use, nothing left once it is closed', async () => {
      const { lifeSeconds } = kafka.tokens;
      kafka.tokens.lifeSeconds = 6;
      const before = { requests: kafka.tokens.requests.length, timers: timersOpen() };
      const producer = producerFor('saslPlaintext', read({ protocol: 'SASL_PLAINTEXT', ...oauth(kafka) }));
      for (let second = 0; second < 8; second += 1) {
        await expectSent(producer, `in second ${second}`);
        await sleep(1_000);
      }
      const asked = kafka.tokens.requests.length;
      expect(asked - before.requests).toBeGreaterThan(1);
      await producer.close();
      for (let tries = 0; tries < 20 && timersOpen() > before.timers; tries += 1) await sleep(50);
      expect(timersOpen()).toBeLessThanOrEqual(before.timers);
      await sleep(6_000);
      expect(kafka.tokens.requests).toHaveLength(asked);
      kafka.tokens.lifeSeconds = lifeSeconds;
    });

    test('SSL with a client certificate, elliptic key in PKCS#8', async () => {
      await expectStored('mutualTls', withCa({ protocol: 'SSL', ...clientPair(pairs.ec) }));
    });

    test.each(['pkcs1', 'pkcs8'] as const)('SSL with a client certificate, RSA key in %s', async (type) => {
      const key = createPrivateKey(pairs.rsa.key).export({ type, format: 'pem' }).toString();
      await expectStored('mutualTls', withCa({ protocol: 'SSL', ...clientPair({ ...pairs.rsa, key }) }));
    });

    test('SASL_SSL without ca.crt, by the roots that the process trusts', async () => {
      const roots = getCACertificates('default');
      setDefaultCACertificates([...roots, kafka.authority.certificate]);
      try {
        await expectStored('saslSsl', { protocol: 'SASL_SSL', ...login('plain', 'PLAIN') });
      } finally {
        setDefaultCACertificates(roots);
      }
    });

    test('SSL without a client certificate, by user.skip and a host name', async () => {
      await expectStored('serverTls', withCa({ protocol: 'SSL', 'user.skip': 'true' }));
    });
  });

  describe('refused', () => {
    test.each(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])('a wrong password, %s', async (mechanism) => {
      const data = { ...login('plain', mechanism), password: 'not-the-password' };
      const security = read({ protocol: 'SASL_PLAINTEXT', ...data });
      await expectRefused('saslPlaintext', security, 'CredentialsRefused');
    });

    test('a user that is not there', async () => {
      const data = { protocol: 'SASL_PLAINTEXT', ...login('plain', 'SCRAM-SHA-256'), user: 'nobody' };
      await expectRefused('saslPlaintext', read(data), 'CredentialsRefused');
    });

    test('a wrong client secret', async () => {
      const data = { protocol: 'SASL_PLAINTEXT', ...oauth(kafka), password: 'not-the-secret' };
      await expectRefused('saslPlaintext', read(data), 'CredentialsRefused');
    });

    test('a token that the broker does not accept', async () => {
      kafka.tokens.mood = 'wrong-key';
      const security = read({ protocol: 'SASL_PLAINTEXT', ...oauth(kafka) });
      await expectRefused('saslPlaintext', security, 'CredentialsRefused');
      kafka.tokens.mood = 'well';
    });

    test('a token endpoint that fails', async () => {
      kafka.tokens.mood = 'failing';
      const security = read({ protocol: 'SASL_PLAINTEXT', ...oauth(kafka) });
      await expectRefused('saslPlaintext', security, 'TokenUnavailable');
      kafka.tokens.mood = 'well';
    });

    test('a broker of an authority that is not in ca.crt', async () => {
      const data = { protocol: 'SASL_SSL', ...login('plain', 'PLAIN'), 'ca.crt': stranger.certificate };
      await expectRefused('saslSsl', read(data), 'BrokerCertificateUntrusted');
    });

    test('a private authority without ca.crt', async () => {
      const security = read({ protocol: 'SASL_SSL', ...login('plain', 'PLAIN') });
      await expectRefused('saslSsl', security, 'BrokerCertificateUntrusted');
    });

    test('a certificate for another host', async () => {
      const security = read(withCa({ protocol: 'SSL', 'user.skip': 'true' }));
      await expectRefused('wrongHost', security, 'BrokerNameMismatch');
    });

    test('a broker whose certificate has expired', async () => {
      const security = read(withCa({ protocol: 'SSL', 'user.skip': 'true' }));
      await expectRefused('expired', security, 'BrokerCertificateExpired');
    });

    test('TLS at a listener that speaks none', async () => {
      const security = read(withCa({ protocol: 'SASL_SSL', ...login('plain', 'PLAIN') }));
      await expectRefused('saslPlaintext', security, 'TlsFailed');
    });

    test('SASL at a listener without it', async () => {
      const security = read({ protocol: 'SASL_PLAINTEXT', ...login('plain', 'PLAIN') });
      await expectRefused('plain', security, 'SaslNotEnabled');
    });

    test('TLS missing at a listener that requires it', async () => {
      const question = { ...servers('mutualTls'), clientId: 'admin', topic, timeoutMs: 6000 };
      const asked = describeTopic({ ...question, addressGuard: loopbackGuard });
      await expect(asked).rejects.toMatchObject({ code: 'TlsRequired' });
    });

    test('no login at a listener that requires one', async () => {
      const question = { ...servers('saslPlaintext'), clientId: 'admin', topic, timeoutMs: 6000 };
      const asked = describeTopic({ ...question, addressGuard: loopbackGuard });
      await expect(asked).rejects.toMatchObject({ kind: { failure: 'ConnectionClosed' } });
    });

    test('no client certificate where one is demanded', async () => {
      const security = read(withCa({ protocol: 'SSL', 'user.skip': 'true' }));
      await expectRefused('mutualTls', security, 'CredentialsRefused');
    });

    test('a client certificate of another authority', async () => {
      const security = read(withCa({ protocol: 'SSL', ...clientPair(pairs.foreign) }));
      await expectRefused('mutualTls', security, 'CredentialsRefused');
    });

    test('a client certificate that expired while it was in use', async () => {
      // readCredentials would refuse it by now, so it is read at a time when it was valid.
      const data = withCa({ protocol: 'SSL', ...clientPair(pairs.past) });
      const security = read(data, Date.now() - 3 * 3_600_000);
      await expectRefused('mutualTls', security, 'CredentialsRefused');
    });

    test('a topic that the user may not see', async () => {
      const acl = {
        principal: 'User:spaces',
        topic: guarded,
        operation: 'All',
        permission: 'deny',
      } as const;
      await kafka.addTopicAcl(acl);
      const security = read({ protocol: 'SASL_PLAINTEXT', ...login('spaces', 'PLAIN') });
      const target = { ...servers('saslPlaintext'), clientId: 'admin', security };
      const options = { ...target, topic: guarded, timeoutMs: 6000, addressGuard: loopbackGuard };
      await eventually(async () => {
        await expect(describeTopic(options)).rejects.toMatchObject({ code: 'PermissionDenied' });
      });
    });
  });

  describe('repaired, with the same producer', () => {
    test('a password that is changed at the broker', async () => {
      const mechanism = 'SCRAM-SHA-256';
      const password = 'new "secret"; \\ ü, [x]';
      const data = { protocol: 'SASL_PLAINTEXT', 'sasl.mechanism': mechanism, user: 'plain', password };
      const producer = producerFor('saslPlaintext', read(data));
      await expect(sendOne(producer, 'too early')).rejects.toMatchObject({ code: 'CredentialsRefused' });
      await kafka.setScramPassword({ user: 'plain', password, mechanism });
      await eventually(() => expectSent(producer, 'after the password'));
    });

    test('a token endpoint that comes back', async () => {
      kafka.tokens.mood = 'failing';
      const producer = producerFor('saslPlaintext', read({ protocol: 'SASL_PLAINTEXT', ...oauth(kafka) }));
      await expect(sendOne(producer, 'too early')).rejects.toMatchObject({ code: 'TokenUnavailable' });
      kafka.tokens.mood = 'well';
      // A failure is remembered for a second.
      await sleep(1_100);
      await expectSent(producer, 'after the endpoint');
    });

    test('a right that is taken and given back', async () => {
      const acl = { principal: 'User:quotes', topic, operation: 'Write', permission: 'deny' } as const;
      const data = { protocol: 'SASL_PLAINTEXT', ...login('quotes', 'SCRAM-SHA-512') };
      const producer = producerFor('saslPlaintext', read(data));
      await expectSent(producer, 'allowed');
      await kafka.addTopicAcl(acl);
      // The broker follows a moment after the tool has ended.
      await eventually(async () => {
        const sent = sendOne(producer, 'denied').then(() => expected.push('denied'));
        await expect(sent).rejects.toMatchObject({ code: 'PermissionDenied' });
      });
      await kafka.removeTopicAcl(acl);
      await eventually(() => expectSent(producer, 'allowed again'));
    });
  });

  test('what was acknowledged, and nothing else, is what a consumer finds', async () => {
    const found = await kafka.consume(topic, expected.length, 15_000);
    expect(found.map(({ value }) => String(value))).toEqual(expected);
    expect(await kafka.recordCount(topic)).toBe(expected.length);
    expect(expected.length).toBeGreaterThanOrEqual(33);
  });

  test('nothing that was logged holds a secret', () => {
    const secrets = [
      ...[...Object.values(users), ...Object.values(clients), 'not-the-password', 'not-the-secret'],
      ...Object.values(pairs).map(({ key }) => key.split('\n')[1] ?? ''),
      // The head of every token of the endpoint.
      'eyJhbGciOi',
    ];
    expect(logger.lines.length).toBeGreaterThan(0);
    for (const line of logger.lines) {
      const text = textOf(line);
      for (const secret of secrets) {
        expect(text).not.toContain(secret);
        expect(text).not.toContain(Buffer.from(secret).toString('base64'));
      }
    }
  });
});

function read(data: Record<string, string>, nowMs?: number): KafkaSecurity {
  const encoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  const reading = readCredentials(Object.fromEntries(encoded) as Record<string, string>, nowMs);
  if (!reading.ok) throw new Error(reading.message);
  return reading.security;
}

function login(user: User, mechanism: string): Record<string, string> {
  return { 'sasl.mechanism': mechanism, user, password: users[user] };
}

/** Timers that hold this process. */
function timersOpen(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
}

function oauth(kafka: SecuredTestKafka): Record<string, string> {
  return {
    'sasl.mechanism': 'OAUTHBEARER',
    user: 'app:1',
    password: clients['app:1'],
    'sasl.oauthbearer.token.endpoint.url': kafka.tokens.url,
  };
}

/** A line with its errors and their causes, which JSON leaves out. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) => (each instanceof Error ? everythingOf(each) : each));
}

function everythingOf(error: Error): Record<string, unknown> {
  const names = Object.getOwnPropertyNames(error);
  return Object.fromEntries(names.map((name) => [name, Reflect.get(error, name) as unknown]));
}
