import { createKafkaJsProducer } from '../src/index.ts';
import { credentialsContract } from './credentials-contract.ts';

credentialsContract('kafkajs', ({ bootstrapServers, security, deliveryTimeoutMs, logger }) =>
  createKafkaJsProducer({
    connection: { bootstrapServers, clientId: 'credentials', security },
    limits: { deliveryTimeoutMs, requestTimeoutMs: 3000, connectTimeoutMs: 3000 },
    logger,
  }),
);
