/** Where the commands of a page are run, as far as that differs from what the page shows. */
export interface Place {
  /** Folder of the cluster's files, from the checkout: `.local` for the cluster that the pages are about. */
  readonly localDir: string;
  /** A port of this machine for each one that the page uses, since that one may be in use. */
  readonly ports: ReadonlyMap<string, number>;
}

/** The ports of this machine that a page forwards. */
export function forwardedPorts(commands: string): string[] {
  return [...new Set([...commands.matchAll(/port-forward \S+ (\d+):\d+/g)].map(([, port = '']) => port))];
}

/** The commands for this place; nothing else of them differs from the page. */
export function adapted(commands: string, { localDir, ports }: Place): string {
  let text = commands.replaceAll('.local/', `${localDir}/`);
  for (const [printed, free] of ports)
    text = text
      .replaceAll(`localhost:${printed}/`, `localhost:${free}/`)
      .replace(new RegExp(`(port-forward \\S+ )${printed}:`, 'g'), `$1${free}:`);
  return text;
}
