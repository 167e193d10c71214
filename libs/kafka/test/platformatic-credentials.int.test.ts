import { createPlatformaticProducer } from '../src/index.ts';
import { credentialsContract } from './credentials-contract.ts';
import { loopbackGuard } from './loopback-guard.ts';

credentialsContract('@platformatic/kafka', ({ bootstrapServers, security, deliveryTimeoutMs, logger }) =>
  createPlatformaticProducer({
    connection: { bootstrapServers, clientId: 'credentials', security, addressGuard: loopbackGuard },
    limits: { deliveryTimeoutMs, requestTimeoutMs: 3000, connectTimeoutMs: 3000 },
    logger,
  }),
);
