import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run, tryRun } from '../shell.ts';

/** A Kafka release on this machine, ready to run. */
export interface KafkaDistribution {
  readonly version: string;
  /** The folder of all jars that the broker and the command line tools need. */
  readonly libDir: string;
}

/** What {@link ensureKafka} takes. */
export interface EnsureKafkaOptions {
  /** Survives from run to run; each version has its own folder in it. */
  readonly cacheDir: string;
  readonly log: (line: string) => void;
}

const pomFile = fileURLToPath(new URL('../../kafka/pom.xml', import.meta.url));

/**
 * Fetches Kafka from Maven Central, unless the cache has it. A cache folder gets its name only when it is
 * complete, so a run that is killed half-way is simply repeated by the next one.
 * @throws Error that names the missing tool and how to get it.
 */
export async function ensureKafka({ cacheDir, log }: EnsureKafkaOptions): Promise<KafkaDistribution> {
  const pom = readFileSync(pomFile, 'utf8');
  const { version, folder } = distributionName(pom);
  const home = join(cacheDir, folder);
  const libDir = join(home, 'lib');
  await requireTool('java', 'default-jre-headless', '-version');
  if (existsSync(libDir)) return { version, libDir };

  await requireTool('mvn', 'maven', '-v');
  mkdirSync(cacheDir, { recursive: true });
  removeAbandoned(cacheDir, folder);
  log(`fetching Kafka ${version} from Maven Central (about 55 MB)`);
  const partial = join(cacheDir, partialName(folder, process.pid));
  rmSync(partial, { recursive: true, force: true });
  await run('mvn', copyArguments(join(partial, 'lib')));
  moveIntoPlace(partial, home);
  return { version, libDir };
}

/** The version that a pom asks for, and the cache folder of exactly this pom. */
export function distributionName(pom: string): { version: string; folder: string } {
  const version = /<kafka\.version>([^<]+)<\/kafka\.version>/.exec(pom)?.[1];
  if (version === undefined) throw new Error(`${pomFile} has no property kafka.version`);
  const hash = createHash('sha256').update(pom).digest('hex').slice(0, 12);
  return { version, folder: `kafka-${version}-${hash}` };
}

/** Names of partial folders whose process has ended. */
export function abandonedPartials(
  names: readonly string[],
  folder: string,
  isAlive: (pid: number) => boolean,
): string[] {
  const prefix = partialName(folder, '');
  return names.filter((name) => name.startsWith(prefix) && !isAlive(Number(name.slice(prefix.length))));
}

function partialName(folder: string, pid: number | ''): string {
  return `${folder}.partial-${pid}`;
}

function copyArguments(outputDirectory: string): string[] {
  // -C: a jar whose checksum does not match fails the run; by default it is only warned about.
  const mode = ['-q', '-B', '-C', '-f', pomFile];
  return [...mode, 'dependency:copy-dependencies', `-DoutputDirectory=${outputDirectory}`];
}

function removeAbandoned(cacheDir: string, folder: string): void {
  const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}`);
  for (const name of abandonedPartials(readdirSync(cacheDir), folder, isAlive)) {
    rmSync(join(cacheDir, name), { recursive: true, force: true });
  }
}

function moveIntoPlace(partial: string, home: string): void {
  try {
    renameSync(partial, home);
  } catch (error) {
    // Another run was faster: rename refuses a target that is a folder with content.
    if (!existsSync(join(home, 'lib'))) throw error;
    rmSync(partial, { recursive: true, force: true });
  }
}

async function requireTool(command: string, debianPackage: string, versionFlag: string): Promise<void> {
  try {
    await tryRun(command, [versionFlag]);
  } catch (cause) {
    throw new Error(
      `"${command}" is missing; Kafka needs it. On Debian and Ubuntu: apt-get install ${debianPackage}`,
      { cause },
    );
  }
}
