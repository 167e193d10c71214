import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { escapeProperty } from './command.ts';
import { runTool, type ToolTarget } from './tools.ts';

/** A rule about one topic. */
export interface TopicAcl {
  /** Such as `User:alice`; of a TLS client it is the certificate's subject. */
  readonly principal: string;
  readonly topic: string;
  /** Such as `Write`, `Describe` or `All`. */
  readonly operation: string;
  readonly permission: 'allow' | 'deny';
}

/** The two SCRAM mechanisms of Kafka. */
export type ScramMechanism = 'SCRAM-SHA-256' | 'SCRAM-SHA-512';

const configCommand = 'kafka.admin.ConfigCommand';
const aclCommand = 'org.apache.kafka.tools.AclCommand';

/** Gives a user another password, or makes the user, a moment after this returns; open connections stay so. */
export async function setScramPassword(
  target: ToolTarget,
  { user, password, mechanism }: { user: string; password: string; mechanism: ScramMechanism },
): Promise<void> {
  const entity = ['--entity-type', 'users', '--entity-name', user];
  await addConfig(target, entity, { [mechanism]: `iterations=4096,password=${password}` });
}

/** Changes settings of a topic, such as `min.insync.replicas`. */
export async function setTopicConfig(
  target: ToolTarget,
  topic: string,
  config: Readonly<Record<string, string>>,
): Promise<void> {
  await addConfig(target, ['--entity-type', 'topics', '--entity-name', topic], config);
}

/** Limits a client id, or a user, or takes the limit back with `undefined`; `producer_byte_rate` in bytes a second. */
export async function setProducerQuota(
  target: ToolTarget,
  who: { readonly user: string } | { readonly clientId: string },
  bytesPerSecond: number | undefined,
): Promise<void> {
  const entity =
    'user' in who
      ? ['--entity-type', 'users', '--entity-name', who.user]
      : ['--entity-type', 'clients', '--entity-name', who.clientId];
  if (bytesPerSecond === undefined)
    await configure(target, [...entity, '--delete-config', 'producer_byte_rate']);
  else await addConfig(target, entity, { producer_byte_rate: String(bytesPerSecond) });
}

/** Adds a rule; the brokers follow a moment after this returns. */
export async function addTopicAcl(target: ToolTarget, acl: TopicAcl): Promise<void> {
  await changeAcl(target, '--add', acl);
}

/** Takes a rule back. */
export async function removeTopicAcl(target: ToolTarget, acl: TopicAcl): Promise<void> {
  await changeAcl(target, '--remove', acl);
}

async function changeAcl(target: ToolTarget, change: '--add' | '--remove', acl: TopicAcl): Promise<void> {
  await runTool(target.distribution, aclCommand, [
    ...['--bootstrap-server', target.bootstrap, change, '--topic', acl.topic, '--operation', acl.operation],
    ...[`--${acl.permission}-principal`, acl.principal],
    ...(change === '--remove' ? ['--force'] : []),
  ]);
}

/** By a file, where a value goes to the end of its line; on the command line a comma or a bracket would end it. */
async function addConfig(
  target: ToolTarget,
  entity: readonly string[],
  config: Readonly<Record<string, string>>,
): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'event-sinks-kafka-config-'));
  const file = join(dir, 'add.properties');
  try {
    const lines = Object.entries(config).map(([key, value]) => `${key}=${escapeProperty(value)}\n`);
    await writeFile(file, lines.join(''), { mode: 0o600 });
    await configure(target, [...entity, '--add-config-file', file]);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function configure(target: ToolTarget, args: readonly string[]): Promise<void> {
  const all = ['--bootstrap-server', target.bootstrap, '--alter', ...args];
  await runTool(target.distribution, configCommand, all);
}
