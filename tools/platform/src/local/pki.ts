import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { run } from '../shell.ts';

/** What a certificate is issued for. */
export interface CertificateRequest {
  /** File name without ending; `<name>.crt` and `<name>.key` are written. */
  readonly name: string;
  readonly commonName: string;
  /** The group, for Kubernetes client certificates. */
  readonly organization?: string;
  /** Host names and addresses of a server. */
  readonly subjects?: readonly string[];
}

const days = '365';
const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** A certificate authority in a folder. Files that are there are kept; each appears whole or not at all. */
export class CertificateAuthority {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  path(file: string): string {
    return join(this.#dir, file);
  }

  /** Makes the authority's own certificate, `ca.crt`. */
  async ensure(commonName: string): Promise<void> {
    mkdirSync(this.#dir, { recursive: true, mode: 0o700 });
    await this.#make('ca', ['req', '-x509', ...newKey, '-days', days, '-subj', `/CN=${commonName}`]);
  }

  /** Issues a certificate for clients and servers alike. */
  async issue(request: CertificateRequest): Promise<void> {
    const group = request.organization === undefined ? '' : `/O=${request.organization}`;
    const names = (request.subjects ?? []).map(
      (subject) => `${isIP(subject) === 0 ? 'DNS' : 'IP'}:${subject}`,
    );
    const alternatives = names.length === 0 ? [] : ['-addext', `subjectAltName=${names.join(',')}`];
    await this.#make(request.name, [
      ...['req', '-x509', ...newKey, '-days', days, '-subj', `${group}/CN=${request.commonName}`],
      ...['-CA', this.path('ca.crt'), '-CAkey', this.path('ca.key')],
      ...[
        '-addext',
        'basicConstraints=critical,CA:FALSE',
        '-addext',
        'extendedKeyUsage=clientAuth,serverAuth',
      ],
      ...alternatives,
    ]);
  }

  /** The pair with which the API server signs and checks service account tokens. */
  async ensureTokenKey(): Promise<void> {
    await this.#make('service-account', [
      'req',
      '-x509',
      ...newKey,
      '-days',
      days,
      '-subj',
      '/CN=service-account',
    ]);
  }

  async #make(name: string, args: readonly string[]): Promise<void> {
    const [crt, key] = [this.path(`${name}.crt`), this.path(`${name}.key`)];
    if (existsSync(crt) && existsSync(key)) return;
    rmSync(crt, { force: true });
    await run('openssl', [...args, '-keyout', `${key}.half`, '-out', `${crt}.half`]);
    renameSync(`${key}.half`, key);
    renameSync(`${crt}.half`, crt);
  }
}
