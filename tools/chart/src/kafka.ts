import { z } from 'zod';
import { asVariableOfKafka, group, toggle } from './fields.ts';

/** Values of whatever connects to Kafka. */
export const kafkaValues = group(
  'How the controller and kafka-sink connect to brokers and token endpoints.',
  {
    addressGuard: group(
      'Refuses addresses that users could name in a KafkaSink, a Secret or advertised.listeners to reach what is not ' +
        'theirs: loopback, link-local, unspecified, multicast and reserved addresses, the metadata services of clouds, the ' +
        'API server, and the Services of this release. Private addresses are allowed.',
      {
        enabled: asVariableOfKafka('KAFKA_ADDRESS_GUARD', toggle('Whether addresses are refused.', true)),
        allowed: asVariableOfKafka(
          'KAFKA_ALLOWED_ADDRESSES',
          z
            .array(z.string().regex(/^[0-9A-Za-z_.:-]{1,254}(\/[0-9]{1,3})?$/))
            .max(100)
            .default([])
            .meta({ uniqueItems: true })
            .describe(
              'Ranges such as `127.0.0.0/8`, addresses and host names that are allowed in any case. A host name allows ' +
                'every address that it resolves to.',
            ),
        ),
      },
    ),
  },
);
