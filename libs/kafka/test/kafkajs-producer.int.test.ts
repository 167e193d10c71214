import { createKafkaJsProducer } from '../src/index.ts';
import { loopbackGuard } from './loopback-guard.ts';
import { quietLogger } from './quiet-logger.ts';
import { producerContract } from './producer-contract.ts';

producerContract('kafkajs', ({ bootstrapServers, deliveryTimeoutMs }) =>
  createKafkaJsProducer({
    connection: { bootstrapServers, clientId: 'contract', addressGuard: loopbackGuard },
    limits: { deliveryTimeoutMs, requestTimeoutMs: 2000, connectTimeoutMs: 1000 },
    logger: quietLogger,
  }),
);
