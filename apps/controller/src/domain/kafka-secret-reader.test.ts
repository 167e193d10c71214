import { expect, test } from '@jest/globals';
import { planBinding, wantsSecret, type BindingPlan, type ReaderBinding } from './kafka-secret-reader.ts';

const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'reader' };
const controller = { kind: 'ServiceAccount', namespace: 'system', name: 'controller' };
const producer = { kind: 'ServiceAccount', namespace: 'system', name: 'producer' };
const wanted = { roleRef, subjects: [controller, producer], owner: 'role-uid' };
const ours: ReaderBinding = { ...wanted, isOurs: true };

test.each<[string, boolean, ReaderBinding | undefined, BindingPlan]>([
  ['the first sink with credentials brings it', true, undefined, 'create'],
  ['it stays', true, ours, 'none'],
  ['the order of the subjects means nothing', true, { ...ours, subjects: [producer, controller] }, 'none'],
  ['the last one takes it away', false, ours, 'delete'],
  ['nothing is there and nothing wanted', false, undefined, 'none'],
  [
    'one of another installation is replaced',
    true,
    { ...ours, subjects: [{ ...controller, namespace: 'old' }] },
    'replace',
  ],
  ['one for another role is replaced', true, { ...ours, roleRef: { ...roleRef, name: 'admin' } }, 'replace'],
  ['one that would outlive the role is given it as owner', true, { ...ours, owner: undefined }, 'own'],
  ['one of a role that has been made anew as well', true, { ...ours, owner: 'former-uid' }, 'own'],
  ['what somebody else made is left alone', false, { ...ours, isOurs: false }, 'none'],
  ['also when it is wrong', true, { ...ours, subjects: [], isOurs: false }, 'none'],
])('%s', (_sentence, isWanted, found, plan) => {
  expect(planBinding(isWanted, wanted, found)).toBe(plan);
});

test('a role that may not be read leaves the binding as it is', () => {
  expect(planBinding(true, { ...wanted, owner: undefined }, { ...ours, owner: undefined })).toBe('none');
  expect(planBinding(true, { ...wanted, owner: undefined }, ours)).toBe('none');
});

test.each([
  [{ spec: { auth: { secret: { ref: { name: 'a' } } } } }, true],
  [{ spec: { topic: 'a' } }, false],
  [{}, false],
])('%j asks for a Secret: %s', (sink, wants) => {
  expect(wantsSecret(sink)).toBe(wants);
});
