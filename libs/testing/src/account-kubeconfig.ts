import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TestApiServer } from './api-server.ts';

/**
 * Writes a kubeconfig with the token of a service account that is there, and no other right.
 * @returns its path; the file goes with the server.
 */
export async function accountKubeconfig(
  server: TestApiServer,
  account: { readonly namespace: string; readonly name: string },
): Promise<string> {
  const token = await server.kubectl(['create', 'token', account.name, '-n', account.namespace]);
  const admin = JSON.parse(await server.kubectl(['config', 'view', '--raw', '-o', 'json'])) as {
    users: { name: string }[];
  };
  const users = admin.users.map(({ name }) => ({ name, user: { token: token.trim() } }));
  const path = join(dirname(server.kubeconfig), `${account.namespace}-${account.name}-kubeconfig`);
  writeFileSync(path, JSON.stringify({ ...admin, users }));
  return path;
}
