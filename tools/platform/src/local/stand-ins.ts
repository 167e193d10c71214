import { join } from 'node:path';
import type { ImageSpec } from '../images/build.ts';
import { run } from '../shell.ts';

/** The shared libraries that a program of this machine loads, as `/lib/…` paths, its loader included. */
export async function sharedLibraries(program: string): Promise<string[]> {
  const listing = await run('ldd', [program]);
  return [...listing.matchAll(/(\/\S+) \(0x/g)].map((match) => match[1] ?? '').filter((path) => path !== '');
}

const underRoot = (path: string): string => join('root', path);

/** Stand-in for `docker.io/library/bash:5`: Debian's static bash and busybox's commands. */
export function bashImage(): ImageSpec {
  return {
    name: 'library/bash',
    tag: '5',
    containerfile: [
      'FROM scratch',
      'COPY bash /usr/local/bin/bash',
      'COPY bash /bin/bash',
      'COPY busybox /bin/busybox',
      'RUN ["/bin/busybox", "--install", "-s", "/bin"]',
      'ENV PATH=/usr/local/bin:/bin',
      'CMD ["bash"]',
    ].join('\n'),
    files: { bash: '/bin/bash-static', busybox: '/bin/busybox' },
  };
}

/** Stand-in for `docker.io/curlimages/curl`: Debian's curl with the libraries that it loads. */
export async function curlImage(): Promise<ImageSpec> {
  const libraries = await sharedLibraries('/usr/bin/curl');
  return {
    name: 'curlimages/curl',
    tag: 'latest',
    containerfile: [
      'FROM scratch',
      'COPY root/ /',
      'COPY curl /usr/bin/curl',
      'ENV PATH=/usr/bin',
      'USER 100:101',
      'ENTRYPOINT ["/usr/bin/curl"]',
    ].join('\n'),
    files: {
      curl: '/usr/bin/curl',
      ...Object.fromEntries(libraries.map((path) => [underRoot(path), path])),
    },
  };
}

/** The image that holds a pod's namespaces. */
export function pauseImageSpec(binaries: string): ImageSpec {
  return {
    name: 'event-sinks/pause',
    tag: '1',
    containerfile: 'FROM scratch\nCOPY pause /pause\nUSER 65535:65535\nENTRYPOINT ["/pause"]',
    files: { pause: join(binaries, 'pause') },
  };
}

/** The cluster's DNS server. */
export function corednsImage(binaries: string): ImageSpec {
  return {
    name: 'event-sinks/coredns',
    containerfile: 'FROM scratch\nCOPY coredns /coredns\nENTRYPOINT ["/coredns"]',
    files: { coredns: join(binaries, 'coredns') },
  };
}

/**
 * The base of the apps' images where no registry is in reach: the Node of this repository, the libraries it loads
 * and the certificates of public authorities.
 */
export async function nodeBaseImage(checkout: string): Promise<ImageSpec> {
  const arch = process.arch;
  const node = join(checkout, 'node_modules', `node-linux-${arch}`, 'bin', 'node');
  const libraries = await sharedLibraries(node);
  return {
    name: 'event-sinks/node-base',
    containerfile: [
      'FROM scratch',
      'COPY root/ /',
      'COPY node /usr/bin/node',
      'ENV PATH=/usr/bin',
      'ENTRYPOINT ["/usr/bin/node"]',
    ].join('\n'),
    files: {
      node,
      'root/etc/ssl/certs/ca-certificates.crt': '/etc/ssl/certs/ca-certificates.crt',
      ...Object.fromEntries(libraries.map((path) => [underRoot(path), path])),
    },
  };
}
