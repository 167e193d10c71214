import { isUtf8 } from 'node:buffer';
import { CredentialsProblem } from './credentials-problem.ts';

/** A Secret's `data`, decoded on demand; an empty value counts as absent. */
export class SecretData {
  readonly #data: Readonly<Record<string, string>>;

  constructor(data: Readonly<Record<string, string>>) {
    this.#data = data;
  }

  /** The value to the byte. @throws CredentialsProblem when it is not UTF-8. */
  text(key: string): string | undefined {
    const encoded = Object.hasOwn(this.#data, key) ? this.#data[key] : undefined;
    if (encoded === undefined || encoded === '') return undefined;
    const bytes = Buffer.from(encoded, 'base64');
    if (!isUtf8(bytes)) throw new CredentialsProblem('SecretKeyInvalid', key, 'is not text in UTF-8');
    return bytes.toString();
  }

  /** The value without the white space around it. */
  word(key: string): string | undefined {
    const text = this.text(key)?.trim();
    return text === '' ? undefined : text;
  }

  /** @throws CredentialsProblem that says why the key is needed. */
  required(key: string, why: string): string {
    return this.#orMissing(key, this.text(key), why);
  }

  /** @throws CredentialsProblem that says why the key is needed. */
  requiredWord(key: string, why: string): string {
    return this.#orMissing(key, this.word(key), why);
  }

  #orMissing(key: string, value: string | undefined, why: string): string {
    if (value !== undefined) return value;
    throw new CredentialsProblem('SecretKeyMissing', key, `is missing or empty: ${why}`);
  }
}
