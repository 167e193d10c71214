import { readFileSync } from 'node:fs';
import type { TestApiServer } from '@event-sinks/testing';
import { system } from './cluster.ts';

/** `kubectl auth can-i --list` of a service account: one line a rule, columns by bars, sorted. */
export async function rightsOf(server: TestApiServer, account: string, namespace: string): Promise<string[]> {
  const user = `--as=system:serviceaccount:${system}:${account}`;
  const list = await server.kubectl(['auth', 'can-i', '--list', '--no-headers', '-n', namespace, user]);
  const lines = list.trimEnd().split('\n');
  return [
    ...new Set(
      lines.map((line) =>
        line
          .trim()
          .split(/\s{2,}/)
          .join(' | '),
      ),
    ),
  ].sort();
}

/** The same without what everybody may do. */
export async function ownRightsOf(
  server: TestApiServer,
  account: string,
  namespace: string,
): Promise<string[]> {
  const everybody = committedRights('everybody');
  return (await rightsOf(server, account, namespace)).filter((line) => !everybody.includes(line));
}

/** The lines of a file in the folder `rights`. */
export function committedRights(file: string): string[] {
  const text = readFileSync(new URL(`../rights/${file}.txt`, import.meta.url), 'utf8');
  return text.trimEnd().split('\n');
}
