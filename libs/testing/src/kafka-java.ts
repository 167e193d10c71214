import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { ensureKafka, readSettings } from '@event-sinks/platform';

/**
 * Runs a Java program of one source file with Kafka's own classes at hand.
 * @returns its standard output. @throws Error when it fails; its own words are on standard error.
 */
export async function runKafkaJava(sourceFile: string, input: string): Promise<string> {
  const { cacheDir } = readSettings(process.env);
  const { libDir } = await ensureKafka({ cacheDir, log: () => undefined });
  const child = spawn('java', ['-XX:TieredStopAtLevel=1', '-cp', `${libDir}/*`, sourceFile], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(input);
  const out: Buffer[] = [];
  child.stdout.on('data', (bytes: Buffer) => out.push(bytes));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`java ${sourceFile} ended with ${code ?? 'a signal'}`);
  return Buffer.concat(out).toString();
}
