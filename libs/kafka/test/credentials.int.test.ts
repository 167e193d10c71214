import { createKafkaJsProducer } from '../src/index.ts';
import { credentialsContract } from './credentials-contract.ts';
import { loopbackGuard } from './loopback-guard.ts';

credentialsContract('kafkajs', ({ bootstrapServers, security, deliveryTimeoutMs, logger }) =>
  createKafkaJsProducer({
    connection: { bootstrapServers, clientId: 'credentials', security, addressGuard: loopbackGuard },
    limits: { deliveryTimeoutMs, requestTimeoutMs: 3000, connectTimeoutMs: 3000 },
    logger,
  }),
);
