import { CredentialsProblem, type CredentialsReason } from './credentials-problem.ts';
import { SecretData } from './secret-data.ts';
import type { KafkaOAuth, KafkaPassword, KafkaProtocol, KafkaSecurity } from './security.ts';
import { readTls } from './tls-credentials.ts';
import { tokenEndpointProblem } from './token-endpoint.ts';

/** What a Secret says, or the first thing in it that has to be mended. */
export type CredentialsReading =
  | {
      readonly ok: true;
      readonly security: KafkaSecurity;
      /** What works as it stands but is likely meant otherwise; sentences for a condition, without values. */
      readonly notes: readonly string[];
    }
  | {
      readonly ok: false;
      readonly reason: CredentialsReason;
      /** The key of the Secret that is at fault. */
      readonly key: string;
      /** Names the key and what mends it, never a value. */
      readonly message: string;
    };

const protocols: readonly KafkaProtocol[] = ['PLAINTEXT', 'SASL_PLAINTEXT', 'SSL', 'SASL_SSL'];
const passwordMechanisms: readonly KafkaPassword['mechanism'][] = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'];
const mechanisms: readonly string[] = [...passwordMechanisms, 'OAUTHBEARER'];

/**
 * Reads how to talk to a cluster from a Secret's `data`, values in base64 as the API server gives them. This is the
 * one judge of it: the controller's condition and the producer use the same.
 *
 * `protocol`, `sasl.mechanism`, `user.skip` and the token endpoint's words are taken without the white space around
 * them, because `echo … | base64` adds a line break; `user` and `password` are taken byte for byte, since any of
 * them may be meant, and a line break at their end is told in `notes`. An empty value counts as absent.
 *
 * @param nowMs the time by which certificates are judged, milliseconds since the epoch.
 */
export function readCredentials(
  data: Readonly<Record<string, string>>,
  nowMs: number = Date.now(),
): CredentialsReading {
  const secret = new SecretData(data);
  try {
    return { ok: true, security: readSecurity(secret, nowMs), notes: notesOf(secret) };
  } catch (error) {
    if (!(error instanceof CredentialsProblem)) throw error;
    return { ok: false, reason: error.reason, key: error.key, message: error.message };
  }
}

function readSecurity(secret: SecretData, nowMs: number): KafkaSecurity {
  const protocol = readProtocol(secret);
  const hasTls = protocol === 'SSL' || protocol === 'SASL_SSL';
  const hasSasl = protocol === 'SASL_PLAINTEXT' || protocol === 'SASL_SSL';
  return {
    protocol,
    ...(hasTls ? { tls: readTls(secret, { needsCertificate: protocol === 'SSL', nowMs }) } : {}),
    ...(hasSasl ? { sasl: readSasl(secret) } : {}),
  };
}

function readProtocol(secret: SecretData): KafkaProtocol {
  const word = secret.requiredWord('protocol', `one of ${protocols.join(', ')}`);
  const protocol = protocols.find((each) => each === word);
  if (protocol !== undefined) return protocol;
  throw new CredentialsProblem('ProtocolUnknown', 'protocol', `must be one of ${protocols.join(', ')}`);
}

function readSasl(secret: SecretData): KafkaPassword | KafkaOAuth {
  const key = 'sasl.mechanism';
  const word = secret.word(key) ?? 'PLAIN';
  if (!mechanisms.includes(word))
    throw new CredentialsProblem('MechanismUnknown', key, `must be one of ${mechanisms.join(', ')}`);
  const user = readName(secret, 'user');
  const password = readName(secret, 'password');
  const mechanism = passwordMechanisms.find((each) => each === word);
  if (mechanism === undefined) return readOAuth(secret, { clientId: user, clientSecret: password });
  return { mechanism, username: user, password };
}

function readName(secret: SecretData, key: 'user' | 'password'): string {
  const text = secret.required(key, 'SASL needs it');
  // RFC 4616: the PLAIN mechanism separates its parts by NUL.
  if (text.includes('\0'))
    throw new CredentialsProblem('SecretKeyInvalid', key, 'must not contain a NUL character');
  return text;
}

function readOAuth(secret: SecretData, client: Pick<KafkaOAuth, 'clientId' | 'clientSecret'>): KafkaOAuth {
  const key = 'sasl.oauthbearer.token.endpoint.url';
  const endpoint = secret.requiredWord(
    key,
    'OAUTHBEARER takes its tokens from there, with user and password as client id and client secret',
  );
  const problem = tokenEndpointProblem(endpoint);
  if (problem !== undefined) throw new CredentialsProblem('SecretKeyInvalid', key, problem);
  const scope = secret.word('sasl.oauthbearer.scope');
  return {
    mechanism: 'OAUTHBEARER',
    tokenEndpoint: endpoint,
    ...client,
    ...(scope === undefined ? {} : { scope }),
  };
}

function notesOf(secret: SecretData): string[] {
  return ['user', 'password']
    .filter((key) => /[\r\n]$/.test(secret.text(key) ?? ''))
    .map(
      (key) =>
        `key ${key} ends with a line break, which is sent as part of it (echo adds one, echo -n does not)`,
    );
}
