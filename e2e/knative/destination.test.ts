import { describe, expect, test } from '@jest/globals';
import { resourcePath, urlOf, type AddressableObject, type Reference } from './destination.ts';
import { binaryHeaders, deadLetterOf } from './event.ts';
import { resolve } from './resolve.ts';

const ref: Reference = {
  apiVersion: 'sinks.knative.dev/v1alpha1',
  kind: 'JobSink',
  name: 'logger',
  namespace: 'shop',
};
const object = (status?: AddressableObject['status']): AddressableObject => ({
  metadata: { name: 'logger', namespace: 'shop', resourceVersion: '7' },
  ...(status === undefined ? {} : { status }),
});

test.each([
  ['sinks.knative.dev/v1alpha1', 'JobSink', '/apis/sinks.knative.dev/v1alpha1/jobsinks'],
  ['eventing.knative.dev/v1alpha1', 'KafkaSink', '/apis/eventing.knative.dev/v1alpha1/kafkasinks'],
  ['example.org/v1', 'Proxy', '/apis/example.org/v1/proxies'],
  ['example.org/v1', 'Bus', '/apis/example.org/v1/buses'],
  ['v1', 'Service', '/api/v1/services'],
])('%s %s is read at %s', (apiVersion, kind, path) => {
  expect(resourcePath({ ...ref, apiVersion, kind })).toBe(path);
});

describe('the address', () => {
  const http = { name: 'http', url: 'http://sink/' };
  const https = { name: 'https', url: 'https://sink/' };
  test.each<[string, AddressableObject['status'], string | undefined, string | undefined]>([
    ['of an object without status', undefined, undefined, undefined],
    ['of an object without address', {}, undefined, undefined],
    ['is status.address', { address: http }, undefined, 'http://sink/'],
    [
      'is status.address where the list is empty',
      { address: http, addresses: [] },
      undefined,
      'http://sink/',
    ],
    [
      'is the first of the list before status.address',
      { address: http, addresses: [https, http] },
      undefined,
      'https://sink/',
    ],
    [
      'is the one that the reference names',
      { address: http, addresses: [https, http] },
      'http',
      'http://sink/',
    ],
    ['is none where the reference names another', { address: http, addresses: [https] }, 'http', undefined],
    ['is none where the URL is empty', { address: { url: '' } }, undefined, undefined],
  ])('%s', (_name, status, address, url) => {
    expect(urlOf(object(status), { ...ref, ...(address === undefined ? {} : { address }) })).toBe(url);
  });
});

describe('resolving', () => {
  const list = (...items: AddressableObject[]): Response =>
    Response.json({ metadata: { resourceVersion: '9' }, items });
  const watch = (...objects: AddressableObject[]): Response =>
    new Response(objects.map((seen) => `${JSON.stringify({ type: 'MODIFIED', object: seen })}\n`).join(''));
  const addressed = object({ address: { url: 'http://job-sink/shop/logger' } });
  const apiOf =
    (listed: Response, watched: Response) =>
    (path: string): Promise<Response> =>
      Promise.resolve(path.includes('watch=true') ? watched : listed);

  test('takes an address that is there', async () => {
    const api = apiOf(list(addressed), watch());
    await expect(resolve(api, { ref }, 1_000)).resolves.toBe('http://job-sink/shop/logger');
  });

  test('waits for one that comes later, and puts a relative URI below it', async () => {
    const api = apiOf(list(object()), watch(object(), addressed));
    await expect(resolve(api, { ref, uri: 'more' }, 1_000)).resolves.toBe('http://job-sink/shop/more');
  });

  test('does not take the sink of that name in another namespace', async () => {
    const other = { ...addressed, metadata: { ...addressed.metadata, namespace: 'other' } };
    const api = (path: string): Promise<Response> =>
      Promise.resolve(path.includes('watch=true') ? watch(other) : list(other));
    await expect(resolve(api, { ref }, 250)).rejects.toThrow('has no address after 250 ms');
  });

  test.each([
    ['list', new Response('no', { status: 403 }), watch()],
    ['watch', list(addressed), new Response('no', { status: 403 })],
  ])('fails without the right to %s', async (_verb, listed, watched) => {
    await expect(resolve(apiOf(listed, watched), { ref }, 1_000)).rejects.toThrow('403');
  });
});

describe('a dead letter', () => {
  const event = { attributes: { specversion: '1.0', id: '1', datacontenttype: 'text/plain' }, data: 'x' };

  test('has all of the event, and the error', () => {
    expect(deadLetterOf(event, 'http://shop/', { code: 500, body: 'broken' })).toEqual({
      attributes: {
        ...event.attributes,
        knativeerrordest: 'http://shop/',
        knativeerrorcode: '500',
        knativeerrordata: 'YnJva2Vu',
      },
      data: 'x',
    });
  });

  test.each([
    ['an empty body is left out', '', undefined],
    ['a long body is cut', 'x'.repeat(5_000), 1_024],
  ])('%s', (_name, body, length) => {
    const { attributes } = deadLetterOf(event, 'http://shop/', { code: 500, body });
    expect((attributes as Record<string, string>)['knativeerrordata']?.length).toBe(length);
  });

  test('goes out with its values percent-encoded', () => {
    const attributes = { id: 'a b%"€', source: '/it’s', datacontenttype: 'text/plain' };
    expect(binaryHeaders({ attributes, data: '' })).toEqual({
      'ce-id': 'a%20b%25%22%E2%82%AC',
      'ce-source': '/it%E2%80%99s',
      'content-type': 'text/plain',
    });
  });
});
