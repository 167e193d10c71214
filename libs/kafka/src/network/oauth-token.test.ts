import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createTestAuthority, startTokenEndpoint, type TestTokenEndpoint } from '@event-sinks/testing';
import { loopbackGuard } from '../../test/loopback-guard.ts';
import { createAddressGuard } from '../addresses/address-guard.ts';
import { createTokenSource, type TokenSource } from './oauth-token.ts';
import type { HttpAnswer, PostFormOptions } from './post-form.ts';
import type { KafkaOAuth } from '../credentials/security.ts';

const oauth: KafkaOAuth = {
  mechanism: 'OAUTHBEARER',
  tokenEndpoint: 'https://id.example.org/token',
  clientId: 'app:1',
  clientSecret: 'a b+c/ü%',
};

const json = (body: unknown, status = 200): HttpAnswer => ({ status, body: JSON.stringify(body) });

describe('keeping a token', () => {
  let now: number;
  let asked: PostFormOptions[];
  let answer: HttpAnswer | Error;
  let source: TokenSource;

  beforeEach(() => {
    now = 1_000_000;
    asked = [];
    answer = json({ access_token: 't1', expires_in: 100 });
    source = createTokenSource(oauth, {
      addressGuard: loopbackGuard,
      timeoutMs: 1000,
      now: () => now,
      post: (options) => {
        asked.push(options);
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
      },
    });
  });

  test('one request serves all who ask, until shortly before the token expires', async () => {
    expect(await Promise.all([source.token(), source.token()])).toEqual(['t1', 't1']);
    now += 79_000;
    expect(await source.token()).toBe('t1');
    expect(asked).toHaveLength(1);
    now += 2000;
    answer = json({ access_token: 't2', expires_in: '100' });
    expect(await source.token()).toBe('t2');
  });

  test('a token without an end is used for most of a minute', async () => {
    answer = json({ access_token: 't1' });
    await source.token();
    now += 40_000;
    await source.token();
    expect(asked).toHaveLength(1);
    now += 10_000;
    await source.token();
    expect(asked).toHaveLength(2);
  });

  test('a token that a broker refused is not used again, and only that one is dropped', async () => {
    await source.token();
    source.forget('another');
    await source.token();
    expect(asked).toHaveLength(1);
    source.forget('t1');
    await source.token();
    expect(asked).toHaveLength(2);
  });

  test('a failure is remembered for a second', async () => {
    answer = new Error('down');
    await expect(source.token()).rejects.toMatchObject({ code: 'TokenUnavailable' });
    await expect(source.token()).rejects.toMatchObject({ code: 'TokenUnavailable' });
    expect(asked).toHaveLength(1);
    answer = json({ access_token: 't1' });
    now += 1001;
    expect(await source.token()).toBe('t1');
  });

  const refusals: Record<string, [HttpAnswer, string]> = {
    'a refused client': [json({ error: 'invalid_client' }, 401), 'CredentialsRefused'],
    'a refused scope': [json({ error: 'invalid_scope' }, 400), 'CredentialsRefused'],
    'an endpoint that fails': [json({}, 500), 'TokenUnavailable'],
    'a redirect': [json({}, 302), 'TokenUnavailable'],
    'an answer that is no JSON': [{ status: 200, body: '<secret-in-html>' }, 'TokenUnavailable'],
    'an answer that is no object': [json(null), 'TokenUnavailable'],
    'no token': [json({ token: 'x' }), 'TokenUnavailable'],
    'a token that would end its field': [json({ access_token: 'a\x01auth=b' }), 'TokenUnavailable'],
  };
  test.each(Object.entries(refusals))('%s', async (_, [given, code]) => {
    answer = given;
    const error = await source.token().catch((thrown: unknown) => thrown as Error);
    expect(error).toMatchObject({ code });
    expect(String(error)).not.toContain('secret');
  });
});

describe('a request for a token', () => {
  let endpoint: TestTokenEndpoint;

  beforeAll(async () => {
    endpoint = await startTokenEndpoint({ clients: { [oauth.clientId]: oauth.clientSecret } });
  });
  afterAll(async () => {
    await endpoint.close();
  });

  const ask = (url = endpoint.url, ca?: string) =>
    createTokenSource(
      { ...oauth, tokenEndpoint: url, scope: 's t' },
      { addressGuard: loopbackGuard, timeoutMs: 500, ca },
    ).token();

  test('any client secret works, and the scope goes along', async () => {
    expect((await ask()).split('.')).toHaveLength(3);
    expect(endpoint.requests).toEqual([
      { client: 'app:1', form: { grant_type: 'client_credentials', scope: 's t' } },
    ]);
  });

  test.each(['silent', 'talkative', 'failing'] as const)('an endpoint that is %s', async (mood) => {
    endpoint.mood = mood;
    await expect(ask()).rejects.toMatchObject({ code: 'TokenUnavailable' });
    endpoint.mood = 'well';
  });

  test('an endpoint at an address that is not allowed gets no request', async () => {
    const addressGuard = createAddressGuard();
    const before = endpoint.requests.length;
    const { port } = new URL(endpoint.url);
    for (const host of ['127.0.0.1', 'localhost', '[::ffff:7f00:1]']) {
      const tokenEndpoint = `http://${host}:${port}/token`;
      const source = createTokenSource({ ...oauth, tokenEndpoint }, { addressGuard, timeoutMs: 500 });
      await expect(source.token()).rejects.toMatchObject({ code: 'TokenEndpointNotAllowed' });
    }
    expect(endpoint.requests).toHaveLength(before);
  });

  test('an endpoint whose name leads elsewhere after the check gets the request at the address that was checked', async () => {
    let asked = 0;
    const addressGuard = createAddressGuard({
      allowed: ['127.0.0.0/8'],
      resolve: () => {
        asked += 1;
        return Promise.resolve([{ address: asked > 1 ? '127.0.0.2' : '127.0.0.1', family: 4 }]);
      },
    });
    const tokenEndpoint = `http://id.test:${new URL(endpoint.url).port}/token`;
    const source = createTokenSource({ ...oauth, tokenEndpoint }, { addressGuard, timeoutMs: 500 });
    expect(await source.token()).toMatch(/^ey/);
    expect(asked).toBe(1);
  });

  test('an endpoint that is not there', async () => {
    await expect(ask('http://127.0.0.1:1/token')).rejects.toMatchObject({ code: 'TokenUnavailable' });
  });

  test('https, by an authority that is given and by none else', async () => {
    const authority = await createTestAuthority('tokens');
    const tls = await authority.issue({ commonName: 'id', hosts: ['127.0.0.1'] });
    const secured = await startTokenEndpoint({ clients: { [oauth.clientId]: oauth.clientSecret }, tls });
    expect(await ask(secured.url, authority.certificate)).toMatch(/^ey/);
    await expect(ask(secured.url)).rejects.toMatchObject({ code: 'TokenUnavailable' });
    await secured.close();
  });
});
