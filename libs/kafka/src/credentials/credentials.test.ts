import { createPrivateKey } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { createTestAuthority, type TestAuthority, type TestPair } from '@event-sinks/testing';
import type { CredentialsReason } from './credentials-problem.ts';
import { readCredentials } from './credentials.ts';

const base64 = (value: string | Buffer): string => Buffer.from(value).toString('base64');

const secret = (values: Readonly<Record<string, string | Buffer>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, base64(value)]));

const login = { user: 'alice', password: 'p4ss' };
const oauth = {
  ...{ protocol: 'SASL_SSL', 'sasl.mechanism': 'OAUTHBEARER', ...login },
  'sasl.oauthbearer.token.endpoint.url': 'https://id.example.org/token',
};

let authority: TestAuthority;
let ec: TestPair;
let rsa: TestPair;
let past: TestPair;
let future: TestPair;
let oldAuthority: TestAuthority;

beforeAll(async () => {
  authority = await createTestAuthority('test');
  oldAuthority = await createTestAuthority('old', 'past');
  [ec, rsa, past, future] = await Promise.all([
    authority.issue({ commonName: 'ec' }),
    authority.issue({ commonName: 'rsa', keyType: 'rsa' }),
    authority.issue({ commonName: 'past', validity: 'past' }),
    authority.issue({ commonName: 'future', validity: 'future' }),
  ]);
});

const pair = ({ certificate, key }: TestPair) => ({ 'user.crt': certificate, 'user.key': key });

describe('a Secret that can be used', () => {
  const sentences: Record<string, () => [values: Record<string, string | Buffer>, security: unknown]> = {
    'PLAINTEXT alone': () => [{ protocol: 'PLAINTEXT' }, { protocol: 'PLAINTEXT' }],
    'PLAINTEXT needs nothing else of what is there': () => [
      { protocol: 'PLAINTEXT', ...login, 'ca.crt': 'x', 'sasl.mechanism': 'odd' },
      { protocol: 'PLAINTEXT' },
    ],
    'PLAIN is the mechanism when none is named': () => [
      { protocol: 'SASL_PLAINTEXT', ...login },
      { protocol: 'SASL_PLAINTEXT', sasl: { mechanism: 'PLAIN', username: 'alice', password: 'p4ss' } },
    ],
    'an empty mechanism is none': () => [
      { protocol: 'SASL_PLAINTEXT', 'sasl.mechanism': '\n', ...login },
      { protocol: 'SASL_PLAINTEXT', sasl: { mechanism: 'PLAIN', username: 'alice', password: 'p4ss' } },
    ],
    'line breaks after protocol and mechanism': () => [
      { protocol: 'SASL_PLAINTEXT\n', 'sasl.mechanism': 'SCRAM-SHA-512\r\n', ...login },
      {
        protocol: 'SASL_PLAINTEXT',
        sasl: { mechanism: 'SCRAM-SHA-512', username: 'alice', password: 'p4ss' },
      },
    ],
    'a password is taken byte for byte': () => [
      { protocol: 'SASL_PLAINTEXT', user: ' a ', password: ' "\'\\;, pä\u{1f511}\n' },
      {
        protocol: 'SASL_PLAINTEXT',
        sasl: { mechanism: 'PLAIN', username: ' a ', password: ' "\'\\;, pä\u{1f511}\n' },
      },
    ],
    'SASL_SSL with the system’s roots, since ca.crt is empty': () => [
      { protocol: 'SASL_SSL', 'ca.crt': '', ...login },
      { protocol: 'SASL_SSL', tls: {}, sasl: { mechanism: 'PLAIN', username: 'alice', password: 'p4ss' } },
    ],
    'SASL_SSL with a client certificate as well': () => [
      { protocol: 'SASL_SSL', ...login, ...pair(ec) },
      { protocol: 'SASL_SSL', tls: { certificate: ec.certificate.trim(), key: ec.key } },
    ],
    'SSL with a client certificate': () => [
      { protocol: 'SSL', 'ca.crt': authority.certificate, ...pair(ec) },
      {
        protocol: 'SSL',
        tls: { ca: authority.certificate.trim(), certificate: ec.certificate.trim(), key: ec.key },
      },
    ],
    'an RSA key in PKCS#1 becomes PKCS#8': () => [
      { protocol: 'SSL', ...pair(rsa), 'user.key': keyAs(rsa, 'pkcs1') },
      { protocol: 'SSL', tls: { certificate: rsa.certificate.trim(), key: keyAs(rsa, 'pkcs8') } },
    ],
    'an elliptic key in SEC 1 becomes PKCS#8': () => [
      { protocol: 'SSL', ...pair(ec), 'user.key': keyAs(ec, 'sec1') },
      { protocol: 'SSL', tls: { certificate: ec.certificate.trim(), key: keyAs(ec, 'pkcs8') } },
    ],
    'user.skip leaves the certificate out, even a broken one': () => [
      { protocol: 'SSL', 'user.skip': 'True\n', 'user.crt': 'broken' },
      { protocol: 'SSL', tls: {} },
    ],
    'a bundle with an authority whose time is over beside one that is valid': () => [
      {
        protocol: 'SSL',
        'user.skip': 'true',
        'ca.crt': oldAuthority.certificate + '# text\n' + authority.certificate,
      },
      { protocol: 'SSL' },
    ],
    'OAUTHBEARER with a scope': () => [
      { ...oauth, 'sasl.oauthbearer.scope': 'kafka\n' },
      {
        protocol: 'SASL_SSL',
        sasl: {
          mechanism: 'OAUTHBEARER',
          tokenEndpoint: 'https://id.example.org/token',
          clientId: 'alice',
          clientSecret: 'p4ss',
          scope: 'kafka',
        },
      },
    ],
    'OAUTHBEARER by http on loopback': () => [
      { ...oauth, 'sasl.oauthbearer.token.endpoint.url': 'http://127.0.0.1:8080/token' },
      { sasl: { tokenEndpoint: 'http://127.0.0.1:8080/token' } },
    ],
  };

  test.each(Object.entries(sentences))('%s', (_, row) => {
    const [values, security] = row();
    expect(readCredentials(secret(values))).toMatchObject({ ok: true, security });
  });

  test('a line break at the end of user or password is told, and other Secrets have no notes', () => {
    const reading = readCredentials(secret({ protocol: 'SASL_PLAINTEXT', user: 'a\n', password: 'b' }));
    expect(reading).toMatchObject({
      ok: true,
      notes: [expect.stringMatching(/^key user ends with a line break/)],
    });
    expect(readCredentials(secret({ protocol: 'SASL_PLAINTEXT', ...login }))).toMatchObject({ notes: [] });
  });
});

describe('a Secret that cannot be used', () => {
  const sasl = { protocol: 'SASL_PLAINTEXT', ...login };
  type Row = [values: Record<string, string | Buffer>, reason: CredentialsReason, key: string];
  const url = 'sasl.oauthbearer.token.endpoint.url';
  const endpoint = (value: string): Row => [{ ...oauth, [url]: value }, 'SecretKeyInvalid', url];
  const sentences: Record<string, () => Row> = {
    'an empty Secret': () => [{}, 'SecretKeyMissing', 'protocol'],
    'a protocol of white space': () => [{ protocol: ' \n' }, 'SecretKeyMissing', 'protocol'],
    'an unknown protocol': () => [{ protocol: 'sasl_ssl' }, 'ProtocolUnknown', 'protocol'],
    'an unknown mechanism': () => [
      { ...sasl, 'sasl.mechanism': 'GSSAPI' },
      'MechanismUnknown',
      'sasl.mechanism',
    ],
    'no user': () => [{ protocol: 'SASL_SSL', password: 'x' }, 'SecretKeyMissing', 'user'],
    'an empty password': () => [{ ...sasl, password: '' }, 'SecretKeyMissing', 'password'],
    'a password that is not UTF-8': () => [
      { ...sasl, password: Buffer.from([0xff, 0xfe]) },
      'SecretKeyInvalid',
      'password',
    ],
    'a NUL in the user': () => [{ ...sasl, user: 'a\0b' }, 'SecretKeyInvalid', 'user'],
    'SSL without a client certificate': () => [{ protocol: 'SSL' }, 'SecretKeyMissing', 'user.crt'],
    'a client certificate without its key': () => [
      { protocol: 'SSL', 'user.crt': ec.certificate },
      'SecretKeyMissing',
      'user.key',
    ],
    'a key without its certificate': () => [
      { protocol: 'SASL_SSL', ...login, 'user.key': ec.key },
      'SecretKeyMissing',
      'user.crt',
    ],
    'user.skip that is neither true nor false': () => [
      { protocol: 'SSL', ...pair(ec), 'user.skip': 'yes' },
      'SecretKeyInvalid',
      'user.skip',
    ],
    'an authority that is no PEM': () => [
      { ...sasl, protocol: 'SASL_SSL', 'ca.crt': 'nonsense' },
      'CertificateInvalid',
      'ca.crt',
    ],
    'an authority with a broken block': () => [
      { ...sasl, protocol: 'SASL_SSL', 'ca.crt': authority.certificate.replace(/[A-Z]{3}/g, '!!!') },
      'CertificateInvalid',
      'ca.crt',
    ],
    'an authority whose time is over': () => [
      { ...sasl, protocol: 'SASL_SSL', 'ca.crt': oldAuthority.certificate },
      'CertificateExpired',
      'ca.crt',
    ],
    'a client certificate that is no PEM': () => [
      { protocol: 'SSL', ...pair(ec), 'user.crt': ec.key },
      'CertificateInvalid',
      'user.crt',
    ],
    'a client certificate with an RSA key of 1024 bits': () => [
      { protocol: 'SSL', ...pair(shortRsa) },
      'CertificateInvalid',
      'user.crt',
    ],
    'a client certificate file whose last block is torn': () => [
      { protocol: 'SSL', ...pair(ec), 'user.crt': ec.certificate + torn(authority.certificate) },
      'CertificateInvalid',
      'user.crt',
    ],
    'a client certificate file whose last block is torn in the middle of its last line': () => [
      {
        protocol: 'SSL',
        ...pair(ec),
        'user.crt': ec.certificate + authority.certificate.trim().slice(0, -9),
      },
      'CertificateInvalid',
      'user.crt',
    ],
    'authorities whose last block is torn': () => [
      { ...sasl, protocol: 'SASL_SSL', 'ca.crt': authority.certificate + torn(oldAuthority.certificate) },
      'CertificateInvalid',
      'ca.crt',
    ],
    'authorities whose first block is torn': () => [
      {
        ...sasl,
        protocol: 'SASL_SSL',
        'ca.crt': `${torn(oldAuthority.certificate)}\n${authority.certificate}`,
      },
      'CertificateInvalid',
      'ca.crt',
    ],
    'a client certificate whose time is over': () => [
      { protocol: 'SSL', ...pair(past) },
      'CertificateExpired',
      'user.crt',
    ],
    'a client certificate whose time has not come': () => [
      { protocol: 'SSL', ...pair(future) },
      'CertificateInvalid',
      'user.crt',
    ],
    'a key that is no PEM': () => [
      { protocol: 'SSL', ...pair(ec), 'user.key': 'nonsense' },
      'KeyInvalid',
      'user.key',
    ],
    'a key with a passphrase': () => [
      { protocol: 'SSL', ...pair(ec), 'user.key': encryptedKey(ec) },
      'KeyInvalid',
      'user.key',
    ],
    'the key of another certificate': () => [
      { protocol: 'SSL', ...pair(ec), 'user.key': rsa.key },
      'KeyMismatch',
      'user.key',
    ],
    'the authority before the client’s own certificate': () => [
      { protocol: 'SSL', ...pair(ec), 'user.crt': authority.certificate + ec.certificate },
      'KeyMismatch',
      'user.key',
    ],
    'OAUTHBEARER without an endpoint': () => [{ ...oauth, [url]: '' }, 'SecretKeyMissing', url],
    'an endpoint that is no URL': () => endpoint('id.example.org'),
    'an endpoint by http elsewhere': () => endpoint('http://id.example.org/token'),
    'an endpoint of another scheme': () => endpoint('file:///etc/passwd'),
    'an endpoint that carries a password': () => endpoint('https://a:b@id.example.org/'),
    'the metadata service of a cloud': () => endpoint('https://169.254.169.254/token'),
    'the metadata service, written as a number': () => endpoint('https://2852039166/token'),
    'the metadata service, as IPv6 of IPv4': () => endpoint('https://[::ffff:169.254.169.254]/token'),
    'a link-local address of IPv6': () => endpoint('https://[fe80::1]/token'),
  };

  test.each(Object.entries(sentences))('%s', (_, row) => {
    const [values, reason, key] = row();
    const reading = readCredentials(secret(values));
    expect(reading).toMatchObject({ ok: false, reason, key });
    const message = reading.ok ? '' : reading.message;
    expect(message).toMatch(new RegExp(`^key ${key.replaceAll('.', '\\.')} of the Secret `));
    // Left out are values that are words of a message by themselves.
    const telling = Object.values(values)
      .map(String)
      .filter((value) => value.trim().length > 3 && value !== 'OAUTHBEARER');
    for (const value of telling) expect(message).not.toContain(value);
  });

  test('keys that every object inherits are not there', () => {
    expect(readCredentials({ ...secret({ protocol: 'SASL_SSL' }) })).toMatchObject({ key: 'user' });
    expect(readCredentials(Object.create(secret(oauth)) as Record<string, string>)).toMatchObject({
      reason: 'SecretKeyMissing',
      key: 'protocol',
    });
  });

  test('time is what it is given', () => {
    const values = secret({ protocol: 'SSL', ...pair(ec) });
    expect(readCredentials(values, Date.now() + 7_200_000)).toMatchObject({ reason: 'CertificateExpired' });
    expect(readCredentials(values, Date.now())).toMatchObject({ ok: true });
  });
});

function keyAs({ key }: TestPair, type: 'pkcs1' | 'pkcs8' | 'sec1'): string {
  return createPrivateKey(key).export({ type, format: 'pem' }).toString();
}

/** The first half of a certificate, as a copy that was broken off leaves it. */
const torn = (certificate: string): string => certificate.slice(0, certificate.length / 2);

function encryptedKey({ key }: TestPair): string {
  const options = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' } as const;
  return createPrivateKey(key).export(options).toString();
}

/** Made by `openssl req -x509 -newkey rsa:1024 -days 36500`, for no other use than this. */
const shortRsa: TestPair = {
  certificate: `-----BEGIN CERTIFICATE-----
MIIB/jCCAWegAwIBAgIUNjqCntoVOG6cqWqTOzBqiqnwvPQwDQYJKoZIhvcNAQEL
BQAwEDEOMAwGA1UEAwwFc2hvcnQwIBcNMjYxMTI3MDgyNzE4WhgPMjEyNjExMDMw
ODI3MThaMBAxDjAMBgNVBAMMBXNob3J0MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCB
iQKBgQDvRT23FTCadnGSc56YnLHPXjAZvCm8nwYAuG5JZB8LhcvME3SH1ZbL2ncq
s7cQ33yemG5jB80MpdcWtWN2MrZUzt7ejILXTV19CJZyxrgcuyPCcmk+WJ1ZfNJ8
BAZBLZTVmAteX1nb5b7p0VQknPDEhhu/7g/+bciCZXaTkF7mQQIDAQABo1MwUTAd
BgNVHQ4EFgQUl7nuzfMaTCExK6Z2mexmUwMZrEwwHwYDVR0jBBgwFoAUl7nuzfMa
TCExK6Z2mexmUwMZrEwwDwYDVR0TAQH/BAUwAwEB/zANBgkqhkiG9w0BAQsFAAOB
gQDSwqy8H24rf2EnzDjkKkCXRJZI1kMvE30SUtwOLDx0chvwCACwNKN2KfBo5i1r
5sX+v9AfTGrJACL7+4cJNA12Am1zfLfaWjE+8xl8WK0TWNhlgzOi0AqECiUh27J+
NfC4doJRKM5/nvcn8fuJk8y4U0gYZRN6Z2S223OKmhrHrA==
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIICeAIBADANBgkqhkiG9w0BAQEFAASCAmIwggJeAgEAAoGBAO9FPbcVMJp2cZJz
npicsc9eMBm8KbyfBgC4bklkHwuFy8wTdIfVlsvadyqztxDffJ6YbmMHzQyl1xa1
Y3YytlTO3t6MgtdNXX0IlnLGuBy7I8JyaT5YnVl80nwEBkEtlNWYC15fWdvlvunR
VCSc8MSGG7/uD/5tyIJldpOQXuZBAgMBAAECgYBD77UGNs4GDXtRyeJOEq+p4WRm
6jYviDd8HOGzlOn7q5Gh8CQ2LT8TwoPza/OeptYLcdxl4eEmpi/cEsSa2utJvJ0u
argmU7sm2gbPZHwYPjXnDTT4Q9c9g54gyscjNhpAoFtlqPp8OoGJXlPlYIF7NWNb
p1uywQT1OJBX+RAxAQJBAP2QG0TRcfXvxgbVX1u/TbxBIf3D0QBwi0R2xbujuY2I
LB25U+OPxTVgb/Q2bp78tqwqFUQxBo2iXlpjnyZgrGUCQQDxkffHtnG5lPiID08i
nUiUl7alIJ6HulMGArkFlE392wrYXdg8ZIqfq69a16lidDke3IVQ11hVXfcsPFR6
K26tAkEA9jJC19oJLcNm4mGw2jNwdfZD29KSjzu3bX1pVlyNIKf0NdQpaM3CrKX7
bgKf/AziDV47EeAMPd9Gf7s03x2EpQJBANk/BnCKuPfG60OhUO+2NyG61rzl+uvh
Ouz64d4Mo58asEQpEWAuoyQ5SDgQHvq1vvDsLNCo+X28RZ94mhhMmvkCQQDWNiDW
xunvch4CGi8bfjzfIWUNfJL4DiW0azKMgpzvJ3+o9FUrMXcxEH3yRpF3abGSNYnU
qhqBEp0X37UIId+q
-----END PRIVATE KEY-----
`,
};
