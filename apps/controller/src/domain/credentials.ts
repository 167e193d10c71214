import type { ConditionFinding, KafkaSinkSpec } from '@event-sinks/crds';
import type { BrokerTrouble } from './broker-trouble.ts';

/** What was found under `spec.auth`, without what it holds. */
export type CredentialsView =
  /** The sink has no `spec.auth`. */
  | { readonly state: 'none' }
  | { readonly state: 'usable'; readonly notes: readonly string[] }
  | { readonly state: 'missing' }
  /** The API server does not let us read the Secret; right after a binding it may not know of that yet. */
  | { readonly state: 'forbidden' }
  /** `reason` is one of a closed set, `message` names the key and no value. */
  | { readonly state: 'wrong'; readonly reason: string; readonly message: string };

const type = 'CredentialsReady';

/** Whether the sink's log-in to Kafka can be used, by the Secret and by what the brokers said to it. */
export function credentialsFinding(
  spec: KafkaSinkSpec,
  view: CredentialsView,
  trouble: BrokerTrouble | undefined,
): ConditionFinding {
  const name = spec.auth?.secret.ref.name ?? '';
  switch (view.state) {
    case 'missing':
      return isFalse(
        'SecretNotFound',
        `The Secret ${name} is not there; create it in the namespace of the sink, with the key protocol.`,
      );
    case 'forbidden':
      return {
        ...{ type, status: 'Unknown', reason: 'SecretNotReadableYet' },
        message:
          `The Secret ${name} cannot be read yet. This passes within seconds; if it lasts, the namespace lacks the ` +
          'RoleBinding event-sinks-kafka-sink-secret-reader.',
      };
    case 'wrong':
      return isFalse(view.reason, `The Secret ${name} cannot be used: ${view.message}.`);
    case 'none':
    case 'usable':
      return trouble?.about === 'credentials' ? refused(view, trouble) : isTrue(view);
  }
}

function isFalse(reason: string, message: string): ConditionFinding {
  return { type, status: 'False', reason, message };
}

/** What looks odd in the Secret is most likely the cause, so it is said here in particular. */
function refused(view: CredentialsView, { reason, message }: BrokerTrouble): ConditionFinding {
  const notes = notesOf(view);
  return isFalse(reason, notes === undefined ? message : `${message} Note: ${notes}`);
}

function isTrue(view: CredentialsView): ConditionFinding {
  const notes = notesOf(view);
  return { type, status: 'True', ...(notes !== undefined && { message: notes }) };
}

function notesOf(view: CredentialsView): string | undefined {
  return view.state === 'usable' && view.notes.length > 0 ? `${view.notes.join('; ')}.` : undefined;
}
