import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestApiServer } from '@event-sinks/testing';
import { stringify } from 'yaml';
import { render, type Ended, type RenderedContainer } from './chart.ts';
import { system } from './cluster.ts';

/** The name of the Job that `helm uninstall` runs, and of its account and roles. */
export const uninstallHook = 'event-sinks-uninstall';

const accessKinds = ['ServiceAccount', 'Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding'];

/**
 * Runs the script of the Job here, with the rights that the hook gives it and no others. Nothing runs on the server itself.
 */
export async function runUninstallHook(
  server: TestApiServer,
  values: Readonly<Record<string, string | number | boolean>>,
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const objects = await render(values, { hooks: true });
  const access = [...objects.values()].filter(
    ({ kind, metadata }) => accessKinds.includes(kind) && metadata.name === uninstallHook,
  );
  const manifest = access.map((object) => stringify(object)).join('---\n');
  await server.kubectl(['apply', '-f', '-'], manifest);
  const folder = mkdtempSync(join(tmpdir(), 'event-sinks-uninstall-'));
  try {
    const { args = [], env: given = [] } =
      objects.get(`Job/${uninstallHook}`)?.spec.template.spec.containers[0] ??
      ({} as Partial<RenderedContainer>);
    const environment = {
      ...Object.fromEntries(given.map(({ name, value }) => [name, value])),
      ...(await connection(server, folder)),
      ...env,
    };
    return await new Promise((resolve) => {
      execFile(process.execPath, [...args], { env: environment }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : 1, stdout, stderr });
      });
    });
  } finally {
    rmSync(folder, { recursive: true });
    await server.kubectl(['delete', '-f', '-'], manifest);
  }
}

/** What the kubelet gives a pod to reach the API server with. */
async function connection(server: TestApiServer, folder: string): Promise<Record<string, string>> {
  const token = await server.kubectl(['create', 'token', uninstallHook, '-n', system]);
  const { clusters } = JSON.parse(readFileSync(server.kubeconfig, 'utf8')) as {
    clusters: [{ cluster: { 'certificate-authority-data': string } }];
  };
  const [tokenFile, caFile] = [join(folder, 'token'), join(folder, 'ca.crt')];
  writeFileSync(tokenFile, token);
  writeFileSync(caFile, Buffer.from(clusters[0].cluster['certificate-authority-data'], 'base64'));
  const { hostname, port } = new URL(server.url);
  return {
    ...{ KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port },
    ...{ TOKEN_FILE: tokenFile, NODE_EXTRA_CA_CERTS: caFile },
  };
}
