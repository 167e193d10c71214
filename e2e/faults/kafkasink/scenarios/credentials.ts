import { setTimeout as sleep } from 'node:timers/promises';
import { startSecuredTestKafka, type SecuredTestKafka } from '@event-sinks/testing';
import type { Report } from '../report.ts';
import { slowRecovery, underLoad, type Rig } from '../rig.ts';
import type { Setting } from '../setting.ts';

const users = { alice: 'alice-1', bob: 'bob-1' };
const scram = 'SCRAM-SHA-512' as const;

const secretOf = (user: string, password: string, mechanism: string = scram) => ({
  protocol: 'SASL_PLAINTEXT',
  'sasl.mechanism': mechanism,
  user,
  password,
});

/** Rights that are revoked, passwords that are changed in both orders, certificates that run out. */
export async function credentials(setting: Setting): Promise<Report> {
  const kafka = await startSecuredTestKafka({ users });
  const producer = await setting.producer('credentials');
  try {
    await setting.applySecret('credentials', secretOf('alice', users.alice));
    const options = {
      name: 'credentials',
      tools: kafka,
      spec: {
        bootstrapServers: [kafka.listeners.saslPlaintext],
        auth: { secret: { ref: { name: 'credentials' } } },
      },
      producer,
    };
    return await underLoad(setting, options, async (rig) => {
      const context = { setting, kafka, rig };
      const revoked = await aclRevoked(context);
      const rotated = await passwordRotated(context);
      const expired = await certificateExpired(context);
      return {
        faults: 4,
        problems: [...revoked.problems, ...rotated, ...expired.problems],
        details: { 'acl recovery ms': revoked.ms, 'certificate recovery ms': expired.ms },
      };
    });
  } finally {
    await producer.stop();
    await kafka.close();
  }
}

interface Context {
  readonly setting: Setting;
  readonly kafka: SecuredTestKafka;
  readonly rig: Rig;
}

async function aclRevoked({ setting, kafka, rig }: Context): Promise<{ problems: string[]; ms: number }> {
  const acl = { principal: 'User:alice', topic: rig.topic, operation: 'Write', permission: 'deny' } as const;
  rig.ledger.fault('acl revoked');
  await kafka.addTopicAcl(acl);
  await sleep(setting.sizes.brokers.lastsMs);
  const refused = rig.ledger.tally.counts.get('503 PermissionDenied') ?? 0;
  await kafka.removeTopicAcl(acl);
  const ms = await rig.recovery();
  const unnamed = refused === 0 ? ['no event was refused as PermissionDenied'] : [];
  return { ms, problems: [...slowRecovery('acl', ms), ...unnamed] };
}

/** The broker first and the Secret after it, then the other way round; no event is refused for either. */
async function passwordRotated({ setting, kafka, rig }: Context): Promise<string[]> {
  const before = rig.ledger.refused;
  rig.ledger.fault('password rotated, broker first');
  await kafka.setScramPassword({ user: 'alice', password: 'alice-2', mechanism: scram });
  await rig.traffic.acknowledged(2 * setting.sizes.keys);
  await setting.applySecret('credentials', secretOf('alice', 'alice-2'));
  await rig.traffic.acknowledged(4 * setting.sizes.keys);
  rig.ledger.fault('password rotated, Secret first');
  await setting.applySecret('credentials', secretOf('alice', 'alice-3'));
  await rig.traffic.acknowledged(4 * setting.sizes.keys);
  await kafka.setScramPassword({ user: 'alice', password: 'alice-3', mechanism: scram });
  await rig.traffic.acknowledged(4 * setting.sizes.keys);
  const refused = rig.ledger.refused - before;
  return refused > 0 ? [`${refused} events were refused while a password was rotated`] : [];
}

async function certificateExpired({
  setting,
  kafka,
  rig,
}: Context): Promise<{ problems: string[]; ms: number }> {
  const [good, old] = await Promise.all([
    kafka.authority.issue({ commonName: 'client', hosts: [] }),
    kafka.authority.issue({ commonName: 'client', hosts: [], validity: 'past' }),
  ]);
  const tls = ({ certificate, key }: { certificate: string; key: string }) => ({
    protocol: 'SSL',
    'ca.crt': kafka.authority.certificate,
    'user.crt': certificate,
    'user.key': key,
  });
  rig.ledger.fault('certificate expired');
  await setting.applySecret('expiring', tls(old));
  const auth = { secret: { ref: { name: 'expiring' } } };
  const spec = { topic: rig.topic, bootstrapServers: [kafka.listeners.mutualTls], auth };
  await setting.applySinks({ [rig.topic]: spec });
  await sleep(setting.sizes.brokers.lastsMs);
  await setting.applySecret('expiring', tls(good));
  const ms = await rig.recovery();
  return { ms, problems: slowRecovery('certificate', ms) };
}

/** Spec and Secret changed under load, one after the other: every answer is 202. */
export async function changes(setting: Setting): Promise<Report> {
  const kafka = await startSecuredTestKafka({ users });
  const producer = await setting.producer('changes');
  const auth = { secret: { ref: { name: 'changing' } } };
  const address = kafka.listeners.saslPlaintext;
  const spellings = [[address], [address, kafka.listeners.saslPlaintext.replace('127.0.0.1', 'localhost')]];
  const secrets = [
    secretOf('alice', users.alice),
    secretOf('bob', users.bob),
    secretOf('alice', users.alice, 'PLAIN'),
    secretOf('bob', users.bob, 'SCRAM-SHA-256'),
  ];
  try {
    await setting.applySecret('changing', secrets[0]!);
    const options = {
      name: 'changes',
      tools: kafka,
      spec: { bootstrapServers: spellings[0], auth },
      producer,
    };
    return await underLoad(setting, options, async (rig) => {
      const count = setting.sizes.changes.changes;
      for (let change = 1; change <= count; change += 1) {
        rig.ledger.fault(`change ${change}`);
        if (change % 2 === 0) await setting.applySecret('changing', secrets[(change / 2) % secrets.length]!);
        else {
          const bootstrapServers = spellings[((change + 1) / 2) % 2];
          await setting.applySinks({ [rig.topic]: { topic: rig.topic, bootstrapServers, auth } });
        }
        await rig.traffic.acknowledged(setting.sizes.keys);
      }
      const refused = rig.ledger.refused;
      return { faults: count, problems: refused > 0 ? [`${refused} events were refused`] : [] };
    });
  } finally {
    await producer.stop();
    await kafka.close();
  }
}
