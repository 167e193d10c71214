import type { KubeObject, Resource } from '../src/index.ts';

export const configMaps: Resource = { group: '', version: 'v1', plural: 'configmaps', namespaced: true };
export const resourceQuotas: Resource = { ...configMaps, plural: 'resourcequotas' };

export function configMapOf(namespace: string, name: string, data: Record<string, string> = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name }, data };
}

export function jobOf(namespace: string, name: string, spec: object = {}): KubeObject {
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'bash:5' }] } };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { namespace, name },
    spec: { suspend: true, template, ...spec },
  };
}

export function secretOf(namespace: string, name: string): KubeObject {
  const data = { event: Buffer.from('{}').toString('base64') };
  return { apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name }, data, immutable: true };
}
