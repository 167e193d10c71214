import { createPlatformaticProducer } from '../src/index.ts';
import { credentialsContract } from './credentials-contract.ts';

credentialsContract('@platformatic/kafka', ({ bootstrapServers, security, deliveryTimeoutMs, logger }) =>
  createPlatformaticProducer({
    connection: { bootstrapServers, clientId: 'credentials', security },
    limits: { deliveryTimeoutMs, requestTimeoutMs: 3000, connectTimeoutMs: 3000 },
    logger,
  }),
);
