import { base32 } from './base32.ts';
import { eventVolume } from './event-mount.ts';
import { isFields, listAt } from './fields.ts';

/** How many random bytes the name of a Secret takes: 80 bits, which nobody guesses between two calls. */
export const secretNameBytes = 10;

const randomPart = /^-[a-z2-7]{16}$/;

/** Names the Secret of a Job that is about to be made; no Secret that is there already can have this name. */
export function newSecretName(jobName: string, random: Uint8Array): string {
  return `${jobName}-${base32(random.subarray(0, secretNameBytes))}`;
}

/**
 * The name of the Secret that the pods of this Job mount, from its own template. Jobs of releases up to 0.2.0 have a
 * Secret of their own name.
 * @returns undefined when the template names no Secret that a dispatcher would have named: whoever writes a Job by
 * hand must not choose what our account creates.
 */
export function eventSecretName(job: Readonly<Record<string, unknown>>): string | undefined {
  const { metadata } = job;
  const jobName = isFields(metadata) ? metadata['name'] : undefined;
  const volume = listAt(job, ['spec', 'template', 'spec', 'volumes']).find(
    (each) => isFields(each) && each['name'] === eventVolume,
  );
  const secret = isFields(volume) ? volume['secret'] : undefined;
  const name = isFields(secret) ? secret['secretName'] : undefined;
  if (typeof name !== 'string' || typeof jobName !== 'string' || !name.startsWith(jobName)) return undefined;
  const rest = name.slice(jobName.length);
  return rest === '' || randomPart.test(rest) ? name : undefined;
}
