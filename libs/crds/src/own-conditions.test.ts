import { describe, expect, test } from '@jest/globals';
import { readyFrom, setCondition } from './conditions.ts';
import { kafkaSinkConditions } from './condition-types.ts';
import { ownConditions, withSeverity } from './own-conditions.ts';

describe('the conditions that Knative does not know', () => {
  test.each([
    ['JobSink', ['JobTemplateValid', 'DataPlaneAvailable', 'JobsRunnable']],
    ['KafkaSink', ['CredentialsReady']],
  ] as const)('of a %s are listed', (kind, types) => {
    expect(ownConditions(kind)).toEqual(types);
  });

  test.each([
    ['JobSink', 'DataPlaneAvailable', 'Info'],
    ['JobSink', 'EventPoliciesReady', undefined],
    ['KafkaSink', 'CredentialsReady', 'Info'],
    ['KafkaSink', 'DataPlaneAvailable', undefined],
  ] as const)('%s %s has the severity %s', (kind, type, severity) => {
    expect(withSeverity(kind, { type, status: 'True' }).severity).toBe(severity);
  });

  test('still count towards our own Ready', () => {
    const finding = withSeverity('KafkaSink', {
      ...{ type: 'CredentialsReady', status: 'False', reason: 'SecretNotFound' },
    });
    const conditions = Object.keys(kafkaSinkConditions).reduce(
      (all, type) => setCondition(all, type === finding.type ? finding : { type, status: 'True' }, 'now'),
      setCondition([], finding, 'now'),
    );
    expect(readyFrom(conditions, Object.keys(kafkaSinkConditions))).toMatchObject({
      ...{ status: 'False', reason: 'SecretNotFound' },
    });
  });
});
