/** How a client and a broker talk, in Kafka's own words (`security.protocol`). */
export type KafkaProtocol = 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL';

/** What TLS is checked against and shown, all of it PEM. */
export interface KafkaTls {
  /** Authorities that may have signed the brokers' certificates; the system's own when absent. */
  readonly ca?: string;
  /** The client's certificate with its chain, and its key as PKCS#8; both or neither. */
  readonly certificate?: string;
  readonly key?: string;
}

/** A name and a password. */
export interface KafkaPassword {
  readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
  readonly username: string;
  readonly password: string;
}

/** A token by the client credentials grant (RFC 6749, section 4.4), sent as RFC 7628 says. */
export interface KafkaOAuth {
  readonly mechanism: 'OAUTHBEARER';
  readonly tokenEndpoint: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope?: string;
}

/** How a client proves who it is, and what it asks of the broker. */
export interface KafkaSecurity {
  readonly protocol: KafkaProtocol;
  /** With `SSL` and `SASL_SSL` only. */
  readonly tls?: KafkaTls;
  /** With `SASL_PLAINTEXT` and `SASL_SSL` only. */
  readonly sasl?: KafkaPassword | KafkaOAuth;
}
