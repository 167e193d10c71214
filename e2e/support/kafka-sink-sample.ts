import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureGoTools, readSettings, run, textProgress } from '@event-sinks/platform';
import { parseAllDocuments } from 'yaml';

/** A KafkaSink as a sample has it. */
export interface SampleSink {
  readonly apiVersion: string;
  readonly kind: 'KafkaSink';
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly topic: string;
    readonly bootstrapServers: readonly string[];
    readonly auth?: { readonly secret: { readonly ref: { readonly name: string } } };
  };
}

/** A sample file: the sink, and its credentials where it names some. */
export interface KafkaSinkSample {
  readonly sink: SampleSink;
  readonly secret?: { readonly name: string; readonly values: Readonly<Record<string, string>> };
}

interface SecretManifest {
  readonly kind: 'Secret';
  readonly metadata: { readonly name: string };
  readonly stringData?: Readonly<Record<string, string>>;
  readonly data?: Readonly<Record<string, string>>;
}

const folder = join(readSettings(process.env).checkout, 'e2e', 'samples', 'kafkasink');

/**
 * Reads a sample; its Secret is in the file, or what the kubectl command in the file's comment makes, which is run in
 * a shell as printed.
 * @param filesFolder where that command finds `ca.crt`, `user.crt` and `user.key`.
 * @throws Error when the Secret that the sink names is not made by the file.
 */
export async function readKafkaSinkSample(file: string, filesFolder: string): Promise<KafkaSinkSample> {
  const text = readFileSync(join(folder, file), 'utf8');
  const objects = parseAllDocuments(text).map((each) => each.toJS() as SampleSink | SecretManifest);
  const sink = objects.find((each): each is SampleSink => each.kind === 'KafkaSink');
  if (sink === undefined) throw new Error(`${file} has no KafkaSink`);
  const name = sink.spec.auth?.secret.ref.name;
  if (name === undefined) return { sink };
  const secret =
    objects.find((each): each is SecretManifest => each.kind === 'Secret') ??
    (await secretOfCommand(text, filesFolder));
  if (secret.metadata.name !== name) throw new Error(`${file} makes another Secret than the sink names`);
  return { sink, secret: { name, values: valuesOf(secret) } };
}

async function secretOfCommand(text: string, filesFolder: string): Promise<SecretManifest> {
  const command = /^# {3}kubectl create secret (?:.*\\\n)+.*$/m.exec(text)?.[0].replaceAll(/^#/gm, '');
  if (command === undefined) throw new Error('the sample has neither a Secret nor a command that makes it');
  const progress = textProgress(() => undefined);
  const binaries = await ensureGoTools('kubernetes', readSettings(process.env).cacheDir, progress, [
    'kubectl',
  ]);
  const printed = await run(
    'bash',
    ['-ec', `PATH="$0:$PATH"\n${command} --dry-run=client -o json`, binaries],
    {
      cwd: filesFolder,
    },
  );
  return JSON.parse(printed) as SecretManifest;
}

function valuesOf({ stringData = {}, data = {} }: SecretManifest): Record<string, string> {
  const decoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]);
  return { ...(Object.fromEntries(decoded) as Record<string, string>), ...stringData };
}
