export { startTestApiServer, type TestApiServer } from './api-server.ts';
export { eventually, type EventuallyOptions } from './eventually.ts';
export { freePorts } from './free-ports.ts';
export { startTestKafka, type TestKafka } from './kafka-broker.ts';
export { recordingLogger, type LoggedLine } from './recording-logger.ts';
