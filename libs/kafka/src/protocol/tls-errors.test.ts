import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import {
  connect,
  createServer as createTlsServer,
  type ConnectionOptions,
  type SecureVersion,
} from 'node:tls';
import { describe, expect, test } from '@jest/globals';
import type { ErrorCode } from '@event-sinks/errors';
import { createTestAuthority } from '@event-sinks/testing';
import { kafkaSinkError } from './error-mapping.ts';
import { tlsErrorCode } from './tls-errors.ts';

const withCode = (code: string): Error => Object.assign(new Error('x'), { code });

describe('an error of TLS by its name', () => {
  const table: Record<string, ErrorCode | undefined> = {
    SELF_SIGNED_CERT_IN_CHAIN: 'BrokerCertificateUntrusted',
    DEPTH_ZERO_SELF_SIGNED_CERT: 'BrokerCertificateUntrusted',
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'BrokerCertificateUntrusted',
    CERT_HAS_EXPIRED: 'BrokerCertificateExpired',
    CERT_NOT_YET_VALID: 'BrokerCertificateExpired',
    ERR_TLS_CERT_ALTNAME_INVALID: 'BrokerNameMismatch',
    ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'CredentialsRefused',
    'ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE': 'CredentialsRefused',
    'ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED': 'CredentialsRefused',
    ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'CredentialsRefused',
    ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'TlsFailed',
    ERR_SSL_WRONG_VERSION_NUMBER: 'TlsFailed',
    ECONNREFUSED: undefined,
    toString: undefined,
  };

  test.each(Object.entries(table))('%s is %s', (name, code) => {
    expect(tlsErrorCode(withCode(name))).toBe(code);
    const behindOthers = new AggregateError([new Error('outer', { cause: withCode(name) })]);
    expect(kafkaSinkError(behindOthers).code).toBe(code ?? 'KafkaUnavailable');
  });
});

describe('what Node really says', () => {
  const authority = createTestAuthority('one');
  const other = createTestAuthority('two');

  const failure = async (port: number, options: ConnectionOptions): Promise<ErrorCode | undefined> => {
    const socket = connect({ host: '127.0.0.1', port, ...options });
    socket.on('secureConnect', () => socket.resume());
    const [error] = (await once(socket, 'error')) as [Error];
    socket.destroy();
    return tlsErrorCode(error);
  };

  test('a peer that closes at the first message speaks no TLS', async () => {
    const server = createServer((socket) => socket.once('data', () => socket.end())).listen(0, '127.0.0.1');
    await once(server, 'listening');
    expect(await failure((server.address() as AddressInfo).port, {})).toBe('TlsFailed');
    server.close();
  });

  interface Peer {
    readonly hosts?: readonly string[];
    readonly validity?: 'past' | 'future';
    readonly isTrusted?: boolean;
    readonly requestCert?: boolean;
    readonly maxVersion?: SecureVersion;
  }
  const peers: Record<string, [Peer, ErrorCode]> = {
    'another authority': [{ isTrusted: false }, 'BrokerCertificateUntrusted'],
    'another host': [{ hosts: ['elsewhere'] }, 'BrokerNameMismatch'],
    'a time that is over': [{ validity: 'past' }, 'BrokerCertificateExpired'],
    'a time that has not come': [{ validity: 'future' }, 'BrokerCertificateExpired'],
    'a demand for a client certificate': [{ requestCert: true }, 'CredentialsRefused'],
    'an old version of TLS': [{ maxVersion: 'TLSv1.1' }, 'TlsFailed'],
  };
  test.each(Object.entries(peers))('%s', async (_, [peer, code]) => {
    const { hosts = ['127.0.0.1'], validity = 'now', isTrusted = true, ...tls } = peer;
    const pair = await (await authority).issue({ commonName: 'x', hosts, validity });
    const server = createTlsServer({
      ...tls,
      ...{ cert: pair.certificate, key: pair.key },
      minVersion: 'TLSv1',
      ca: (await authority).certificate,
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    server.on('tlsClientError', () => undefined);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const ca = (await (isTrusted ? authority : other)).certificate;
    expect(await failure((server.address() as AddressInfo).port, { ca })).toBe(code);
    server.close();
  });
});
