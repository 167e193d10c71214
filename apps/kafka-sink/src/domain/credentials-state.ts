import type { KafkaSecurity } from '@event-sinks/kafka';

/** What is known of the Secret that a sink names. */
export type CredentialsState =
  | {
      readonly state:
        | 'unread' /** The API server has not told yet. */
        | 'forbidden' /** It may not be read, as long as the controller has not bound the right in its namespace. */
        | 'missing' /** There is no such Secret. */
        | 'beyond-limit' /** More Secrets are named than this process may follow. */;
    }
  | {
      readonly state: 'invalid';
      /** Names the key and what mends it, never a value. */
      readonly message: string;
    }
  | {
      readonly state: 'valid';
      readonly security: KafkaSecurity;
      /** Equal for equal credentials, and tells nothing about them. */
      readonly digest: string;
    };
