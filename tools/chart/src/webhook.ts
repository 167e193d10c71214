import { asVariable, choice, duration, group, integer, text, toggle } from './fields.ts';

const failurePolicy = `While no controller is ready, Fail lets nobody create JobSinks or change their spec; deleting them, changing
their labels, events and KafkaSinks go on. Ignore takes JobSinks untried then, and their condition JobTemplateValid
tells afterwards. With Fail, the way out when no controller can be made to run is
\`kubectl delete validatingwebhookconfiguration event-sinks-webhook\`, and the next \`helm upgrade\` brings it back.`;

const certManager = group('Lets cert-manager keep the certificate.', {
  enabled: toggle('Makes a Certificate, and lets cert-manager put its CA into the webhook.', false),
  issuerRef: group('Who signs it.', {
    name: text('The issuer; a self-signed one that the chart makes unless set.'),
    kind: choice(['Issuer', 'ClusterIssuer'], 'Its kind.', 'Issuer'),
    group: text('Its API group.', 'cert-manager.io'),
  }),
});

/** Values of the admission of JobSinks. */
export const webhookValues = group(
  'Tries the template of every new or changed JobSink before it is stored, and refuses what the API server would ' +
    'refuse later, event by event. The controller serves it.',
  {
    enabled: toggle('Whether there is a webhook.', true),
    failurePolicy: choice(['Fail', 'Ignore'], failurePolicy.replaceAll('\n', ' '), 'Fail'),
    timeoutSeconds: integer('How long the API server waits for its answer.', {
      min: 8,
      max: 30,
      default: 10,
    }),
    drainDelay: asVariable(
      'WEBHOOK_DRAIN_DELAY',
      duration('How long to go on serving after the pod was told to end.', '5s', { min: '0s', max: '15s' }),
    ),
    maxConnections: asVariable(
      'WEBHOOK_MAX_CONNECTIONS',
      integer('Connections to one pod at most. Beyond, the peer with the most of them loses an idle one.', {
        min: 4,
        max: 10_000,
        default: 512,
      }),
    ),
    maxConnectionsPerPeer: asVariable(
      'WEBHOOK_MAX_CONNECTIONS_PER_PEER',
      integer('Connections from one address at most, such as that of an API server.', {
        min: 1,
        max: 10_000,
        default: 256,
      }),
    ),
    receiveTimeout: asVariable(
      'WEBHOOK_RECEIVE_TIMEOUT',
      duration('Time for a TLS handshake, and for receiving a review.', '5s', { min: '100ms', max: '1m' }),
    ),
    certificate: group('The certificate for `event-sinks-webhook.<namespace>.svc`.', {
      secretName: text(
        'A Secret in the release’s namespace with tls.crt, tls.key and ca.crt that somebody else keeps. Unless set, ' +
          'the controller keeps a certificate of its own.',
      ),
      lifetime: asVariable(
        'WEBHOOK_CERTIFICATE_LIFETIME',
        duration('How long a certificate of the controller’s own lives.', '2160h', {
          min: '1s',
          max: '87600h',
        }),
      ),
      renewBefore: asVariable(
        'WEBHOOK_CERTIFICATE_RENEW_BEFORE',
        duration('How long before its end it is replaced.', '720h', { min: '1s', max: '87600h' }),
      ),
      settle: asVariable(
        'WEBHOOK_CERTIFICATE_SETTLE',
        duration('How long a new CA may take to be trusted by every API server.', '30s', {
          min: '100ms',
          max: '24h',
        }),
      ),
      poll: asVariable(
        'WEBHOOK_CERTIFICATE_POLL',
        duration('How often the Secret is looked at.', '10s', { min: '100ms', max: '10m' }),
      ),
      certManager,
    }),
  },
);
