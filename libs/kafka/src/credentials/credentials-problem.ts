/** Why a Secret cannot be used, in words that are fit for a condition's reason. */
export type CredentialsReason =
  /** A key is absent or empty. */
  | 'SecretKeyMissing'
  /** A key's value is not what the key is for. */
  | 'SecretKeyInvalid'
  /** `protocol` is none of Kafka's. */
  | 'ProtocolUnknown'
  /** `sasl.mechanism` is none that is supported. */
  | 'MechanismUnknown'
  /** A certificate is no PEM, or not valid yet. */
  | 'CertificateInvalid'
  /** A certificate's time is over. */
  | 'CertificateExpired'
  /** The private key cannot be read. */
  | 'KeyInvalid'
  /** The private key belongs to another certificate. */
  | 'KeyMismatch';

/** The first thing that is wrong with a Secret. */
export class CredentialsProblem extends Error {
  readonly reason: CredentialsReason;
  readonly key: string;

  /** @param words what follows “key <key> of the Secret”; never a value, since a password may stand in any key. */
  constructor(reason: CredentialsReason, key: string, words: string) {
    super(`key ${key} of the Secret ${words}`);
    this.name = 'CredentialsProblem';
    this.reason = reason;
    this.key = key;
  }
}
