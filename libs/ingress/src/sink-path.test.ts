import { describe, expect, test } from '@jest/globals';
import { sinkPathOf } from './sink-path.ts';

const orders = { namespace: 'demo', name: 'orders' };

describe('a request target', () => {
  const table: Record<string, [string, ReturnType<typeof sinkPathOf>]> = {
    'names a sink by two parts': ['/demo/orders', orders],
    'may end in a slash': ['/demo/orders/', orders],
    'may have a query, even with slashes': ['/demo/orders?a=/b/c', orders],
    'may have both': ['/demo/orders/?a', orders],
    'may be absolute': ['http://sink.ns.svc:8080/demo/orders?x', orders],
    'may be absolute with TLS and in capitals': ['HTTPS://sink/demo/orders/', orders],
    'may escape letters': ['/d%65mo/%6frders', orders],
    'may hold dots in the name': ['/demo/a.b-c', { namespace: 'demo', name: 'a.b-c' }],
    'has no single part': ['/demo', undefined],
    'has no single part with a slash': ['/demo/', undefined],
    'has no third part': ['/demo/orders/more', undefined],
    'ends in one slash, not two': ['/demo/orders//', undefined],
    'begins with one slash, not two': ['//demo/orders', undefined],
    'has no empty parts': ['//', undefined],
    'is not the root': ['/', undefined],
    'is not empty': ['', undefined],
    'is not an asterisk': ['*', undefined],
    'begins with a slash': ['demo/orders', undefined],
    'does not climb': ['/demo/..', undefined],
    'does not climb when escaped': ['/%2e%2e/orders', undefined],
    'hides no slash': ['/demo/a%2Fb', undefined],
    'hides no NUL': ['/demo/a%00', undefined],
    'hides no query': ['/demo/orders%3Fx', undefined],
    'is not decoded twice': ['/demo/%256frders', undefined],
    'has whole escapes': ['/demo/orders%', undefined],
    'has hexadecimal escapes': ['/demo/orders%zz', undefined],
    'is UTF-8': ['/demo/%C0%AF', undefined],
    'is in lower case': ['/demo/Orders', undefined],
    'has no dot in the namespace': ['/de.mo/orders', undefined],
    'starts parts with a letter or digit': ['/demo/-orders', undefined],
    'has a namespace of at most 63 characters': [`/${'n'.repeat(64)}/orders`, undefined],
    'has a name of at most 253 characters': [`/demo/${'n'.repeat(254)}`, undefined],
    'is no other scheme': ['ftp://sink/demo/orders', undefined],
    'is not absolute without a path': ['http://demo', undefined],
  };
  test.each(Object.keys(table))('%s', (sentence) => {
    const [target, want] = table[sentence]!;
    expect(sinkPathOf(target)).toEqual(want);
  });
});
