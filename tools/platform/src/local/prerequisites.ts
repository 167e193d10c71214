import { tryRun } from '../shell.ts';

/** Something the platform needs and does not install. */
export interface Prerequisite {
  readonly what: string;
  /** How to get it, as a command or a place. */
  readonly remedy: string;
  readonly present: () => Promise<boolean>;
}

const answers = async (command: string, args: readonly string[], pattern: RegExp): Promise<boolean> => {
  try {
    const { code, stdout, stderr } = await tryRun(command, args, { timeoutMs: 60_000 });
    return code === 0 && pattern.test(stdout + stderr);
  } catch {
    return false;
  }
};

const go: Prerequisite = {
  what: 'Go 1.26 or newer (builds Kubernetes, etcd, CoreDNS, Helm and kind)',
  remedy: 'see https://go.dev/doc/install',
  present: () => answers('go', ['version'], /go1\.(2[6-9]|[3-9]\d)|go[2-9]/),
};

/** What the kind driver takes for granted beside a container engine. */
export const kindPrerequisites: readonly Prerequisite[] = [go];

/** What the local driver takes for granted. */
export function localPrerequisites(): Prerequisite[] {
  return [
    {
      what: 'Linux on x86-64 or arm64',
      remedy: 'elsewhere use the kind driver, with Docker or Podman: EVENT_SINKS_DRIVER=kind npm start',
      present: () => Promise.resolve(process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch)),
    },
    {
      what: 'root (namespaces, mounts and containers are made directly)',
      remedy: 'run the command as root, for example with: sudo -E npm start',
      present: () => Promise.resolve(process.getuid?.() === 0),
    },
    {
      what: 'apt-get (Debian 12 or newer, or a relative of it)',
      remedy: 'elsewhere use the kind driver, with Docker or Podman: EVENT_SINKS_DRIVER=kind npm start',
      present: () => answers('apt-get', ['--version'], /apt/),
    },
    go,
    {
      what: 'a Java runtime, 17 or newer (runs Kafka)',
      remedy: 'apt-get install openjdk-17-jre-headless',
      present: () => answers('java', ['-version'], /version "(1[7-9]|[2-9]\d)/),
    },
    {
      what: 'Maven (fetches Kafka)',
      remedy: 'apt-get install maven',
      present: () => answers('mvn', ['--version'], /Apache Maven/),
    },
  ];
}

/** @throws Error that lists everything that is missing, each with its remedy. */
export async function assertPrerequisites(list: readonly Prerequisite[]): Promise<void> {
  const checks = await Promise.all(list.map(async (item) => ((await item.present()) ? undefined : item)));
  const missing = checks.filter((item) => item !== undefined);
  if (missing.length === 0) return;
  const lines = missing.map(({ what, remedy }) => `  - ${what}\n      ${remedy}`);
  throw new Error(`This machine lacks what a local cluster needs:\n${lines.join('\n')}`);
}
