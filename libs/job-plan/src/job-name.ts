import { createHash } from 'node:crypto';
import { base32 } from './base32.ts';

/** What makes an event one and the same for a JobSink. */
export interface EventIdentity {
  /** uid of the JobSink: one that is deleted and made again starts anew. */
  readonly jobSinkUid: string;
  readonly source: string;
  readonly id: string;
  /**
   * `knativeerrordest` of a dead-lettered event, which keeps its source and id: the same event failing at two
   * destinations is two deliveries, and each of them counts.
   */
  readonly errorDestination?: string | undefined;
}

/** The Job's name and the digest that it was cut from. */
export interface JobIdentity {
  readonly jobName: string;
  /** sha256 in hex, kept on the Job: a name shows a part of it only. */
  readonly digest: string;
}

/**
 * A Job's name may have 63 characters, but an Indexed Job's pods get `<job>-<index>` as host name, which may have
 * no more either: 11 are left for the index.
 */
const maxNameLength = 52;

/** 26 base-32 digits are 130 bits: no two of 2^60 events are expected to share a name. */
const digestDigits = 26;

/**
 * Names the Job of an event. Equal identities get equal names, and every part is preceded by its length, so that
 * moving a character from the source to the id makes another event.
 */
export function identify(jobSinkName: string, identity: EventIdentity): JobIdentity {
  const hash = createHash('sha256');
  for (const part of [identity.jobSinkUid, identity.source, identity.id]) addPart(hash, part);
  if (identity.errorDestination !== undefined) addPart(hash, identity.errorDestination);
  const digest = hash.digest();
  const prefix = readablePrefix(jobSinkName, maxNameLength - digestDigits - 1);
  return { jobName: `${prefix}-${base32(digest).slice(0, digestDigits)}`, digest: digest.toString('hex') };
}

function addPart(hash: ReturnType<typeof createHash>, part: string): void {
  const bytes = Buffer.from(part, 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  hash.update(length).update(bytes);
}

/** What fits of the sink's name, as a DNS label: dots are legal in the sink's name but not in a pod's host name. */
function readablePrefix(name: string, length: number): string {
  return name.slice(0, length).replaceAll('.', '-').replace(/-+$/, '');
}
