import { expect, test } from '@jest/globals';
import type { KafkaSinkSpec } from '@event-sinks/crds';
import type { BrokerTrouble } from './broker-trouble.ts';
import { credentialsFinding, type CredentialsView } from './credentials.ts';

const auth = { secret: { ref: { name: 'login' } } };
const spec: KafkaSinkSpec = {
  ...{ topic: 'a', bootstrapServers: ['kafka:9092'], contentMode: 'binary', auth },
  topicDeletionPolicy: 'Delete',
};
const wrong = { reason: 'SecretKeyMissing', message: 'key user of the Secret is missing' };
const refused: BrokerTrouble = { about: 'credentials', reason: 'CredentialsRefused', message: 'Refused.' };
const away: BrokerTrouble = { about: 'brokers', reason: 'KafkaUnavailable', message: 'Away.' };

test.each<[string, CredentialsView, BrokerTrouble | undefined, object]>([
  ['none are asked for', { state: 'none' }, undefined, { status: 'True' }],
  [
    'none are asked for, but the brokers want some',
    { state: 'none' },
    refused,
    { status: 'False', reason: 'CredentialsRefused' },
  ],
  ['they are complete', { state: 'usable', notes: [] }, undefined, { status: 'True' }],
  ['they are odd', { state: 'usable', notes: ['odd'] }, undefined, { status: 'True', message: 'odd.' }],
  [
    'they are refused',
    { state: 'usable', notes: [] },
    refused,
    { status: 'False', reason: 'CredentialsRefused', message: 'Refused.' },
  ],
  [
    'they are odd and refused',
    { state: 'usable', notes: ['key password ends with a line break'] },
    refused,
    {
      ...{ status: 'False', reason: 'CredentialsRefused' },
      message: 'Refused. Note: key password ends with a line break.',
    },
  ],
  [
    'the brokers are away, which says nothing about them',
    { state: 'usable', notes: [] },
    away,
    { status: 'True' },
  ],
  ['the Secret is missing', { state: 'missing' }, undefined, { status: 'False', reason: 'SecretNotFound' }],
  [
    'it may not be read',
    { state: 'forbidden' },
    undefined,
    { status: 'Unknown', reason: 'SecretNotReadableYet' },
  ],
  [
    'a key is missing',
    { state: 'wrong', ...wrong },
    undefined,
    {
      status: 'False',
      reason: 'SecretKeyMissing',
      message: 'The Secret login cannot be used: key user of the Secret is missing.',
    },
  ],
])('%s', (_sentence, view, trouble, finding) => {
  const { message, ...rest } = credentialsFinding(spec, view, trouble);
  expect({ ...rest, message: message ?? '' }).toMatchObject({ type: 'CredentialsReady', ...finding });
});
