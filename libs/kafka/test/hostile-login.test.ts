import { describe, expect, test } from '@jest/globals';
import { SaltedPasswords } from '../src/network/salted-passwords.ts';
import { scram } from '../src/network/scram.ts';
import { kafkaSinkError } from '../src/protocol/error-mapping.ts';
import { scramLogin, scramServer } from './hostile-scram.ts';

const credentials = {
  mechanism: 'SCRAM-SHA-256',
  saltedPasswords: new SaltedPasswords(),
  ...scramLogin,
} as const;

/** Logs in to a broker whose messages are changed. @returns the code of the failure, and the number of messages sent. */
async function logIn(change: (message: string, step: number) => string) {
  const broker = scramServer();
  let sent = 0;
  const outcome = await scram(credentials, (message) => {
    sent += 1;
    return Promise.resolve(Buffer.from(change(broker(message).toString(), sent)));
  }).then(
    () => 'logged in',
    (error: unknown) => kafkaSinkError(error).code,
  );
  return { outcome, sent };
}

/** Changes the first message only. */
const challenge = (change: (message: string) => string) => (message: string, step: number) =>
  step === 1 ? change(message) : message;
const iterations = (text: string) => challenge((message) => message.replace(/i=.*/, `i=${text}`));

describe('SCRAM with a broker', () => {
  test('that is honest succeeds', async () => {
    expect(await logIn((message) => message)).toEqual({ outcome: 'logged in', sent: 2 });
  });

  // The client's proof is not sent: with a salt of the broker's choice it lets passwords be tried.
  const refusedBeforeTheProof: Record<string, ReturnType<typeof challenge>> = {
    'whose first message is too long': challenge((message) => `${message},x=${'x'.repeat(4_096)}`),
    'whose first message is empty': challenge(() => ''),
    'whose first message has no salt': challenge((message) => message.replace(/s=[^,]*,/, '')),
    'whose salt is empty': challenge((message) => message.replace(/s=[^,]*,/, 's=,')),
    'whose salt is not base64': challenge((message) => message.replace(/s=[^,]*,/, 's=!!!!,')),
    'whose first message has no nonce': challenge((message) => message.replace(/r=[^,]*,/, '')),
    'whose first message has no iterations': challenge((message) => message.replace(/,i=.*/, '')),
    'with too many iterations': iterations('16385'),
    'with negative iterations': iterations('-4096'),
    'with iterations that are no whole number': iterations('4096.5'),
    'with iterations that are no number': iterations('NaN'),
    'with endless iterations': iterations('Infinity'),
    'with random bytes': challenge(() => '\0\xff\x80=,=,,'),
  };
  test.each(Object.entries(refusedBeforeTheProof))(
    '%s is refused before the proof is sent',
    async (_, change) => {
      expect(await logIn(change)).toEqual({ outcome: 'CredentialsRefused', sent: 1 });
    },
  );

  const refused: Record<string, (message: string) => string> = {
    'is too long': (message) => `${message},x=${'x'.repeat(4_096)}`,
    'is empty': () => '',
    'is an error': () => 'e=invalid-proof',
    'has another signature': () => `v=${Buffer.alloc(32).toString('base64')}`,
    'has half of the signature': (message) => message.slice(0, 24),
  };
  test.each(Object.entries(refused))('whose last message %s is refused', async (_, change) => {
    const outcome = await logIn((message, step) => (step === 2 ? change(message) : message));
    expect(outcome).toEqual({ outcome: 'CredentialsRefused', sent: 2 });
  });
});
