import { describe, expect, test } from '@jest/globals';
import { SinkError } from '@event-sinks/errors';
import { LoginHold } from './login-hold.ts';

const refused = new SinkError('CredentialsRefused');
const away = new SinkError('KafkaUnavailable');

function makeHold() {
  const time = { now: 0 };
  const hold = new LoginHold({ pauseMs: 1_000, maxPauseMs: 25_000, now: () => time.now, random: () => 0.5 });
  /** One event that needs a connection; what the brokers say when they are asked. */
  let logins = 0;
  const login = (error?: SinkError): void => {
    hold.enter();
    logins += 1;
    if (error === undefined) hold.succeeded();
    else hold.failed(error);
  };
  const tryLogin = (error?: SinkError): string => {
    try {
      login(error);
      return error?.code ?? 'in';
    } catch (held) {
      return (held as SinkError).code;
    }
  };
  return { time, hold, tryLogin, logins: () => logins };
}

test('an event a second for ten minutes tries refused credentials some 35 times, and each gets the same answer', () => {
  const { time, tryLogin, logins } = makeHold();
  const answers = new Set<string>();
  for (let second = 0; second < 600; second += 1) {
    time.now = second * 1_000;
    answers.add(tryLogin(refused));
  }
  expect([...answers]).toEqual(['CredentialsRefused']);
  expect(logins()).toBeLessThan(45);
  // And at least every 25 s, so that a mended account is noticed.
  expect(logins()).toBeGreaterThanOrEqual(24);
});

test('connections to many brokers try one at a time', () => {
  const { time, hold } = makeHold();
  hold.enter();
  hold.failed(refused);
  time.now = 1_000;
  hold.enter();
  expect(() => {
    hold.enter();
  }).toThrow('not tried again yet');
});

describe('lets logins through', () => {
  test('as long as none was refused', () => {
    const { tryLogin, logins } = makeHold();
    for (let count = 0; count < 5; count += 1) tryLogin(away);
    expect(logins()).toBe(5);
  });

  test('after one that was taken', () => {
    const { time, tryLogin } = makeHold();
    tryLogin(refused);
    time.now = 1_000;
    expect([tryLogin(), tryLogin(), tryLogin(refused)]).toEqual(['in', 'in', 'CredentialsRefused']);
    time.now = 2_000;
    // The wait begins from the beginning, too.
    expect(tryLogin()).toBe('in');
  });

  test('after one that found the broker away, since it did not get as far', () => {
    const { time, tryLogin } = makeHold();
    tryLogin(refused);
    time.now = 1_000;
    expect([tryLogin(away), tryLogin()]).toEqual(['KafkaUnavailable', 'in']);
  });

  test('when told to', () => {
    const { hold, tryLogin } = makeHold();
    for (let count = 0; count < 3; count += 1) tryLogin(refused);
    hold.lift();
    expect(tryLogin()).toBe('in');
  });
});
