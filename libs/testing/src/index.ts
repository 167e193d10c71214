export { startTestKafka, type TestKafka } from './kafka-broker.ts';
