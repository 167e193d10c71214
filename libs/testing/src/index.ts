export { accountKubeconfig } from './account-kubeconfig.ts';
export { startTestApiServer, type TestApiServer, type TestApiServerOptions } from './api-server.ts';
export { eventually, type EventuallyOptions } from './eventually.ts';
export { FakeTime, settle, type ProcessClock } from './fake-time.ts';
export { runFaultSuite } from './fault-suite.ts';
export { freePorts } from './free-ports.ts';
export { runKafkaJava } from './kafka-java.ts';
export { testHelm, type HelmMajor } from './helm.ts';
export { startTestKafka, type TestKafka, type TestKafkaExtras } from './kafka-broker.ts';
export {
  startTestKafkaCluster,
  type TestClusterNode,
  type TestNodePorts,
  type TestKafkaCluster,
  type TestKafkaClusterOptions,
} from './kafka-cluster.ts';
export type { KafkaTools } from './kafka-tools.ts';
export {
  spansOfExport,
  startOtlpReceiver,
  type OtlpReceiver,
  type ReceivedSpan,
  type ReceivedSpanKind,
} from './otlp-receiver.ts';
export { renderChart } from './render-chart.ts';
export { recordingLogger, type LoggedLine, type RecordingLogger } from './recording-logger.ts';
export {
  startSecuredTestKafka,
  type SecuredTestKafka,
  type SecuredTestKafkaOptions,
} from './secured-kafka.ts';
export { securedListeners, type SecuredListener } from './secured-properties.ts';
export {
  type Answer,
  oneLine,
  sampleEvent,
  type SampleEvent,
  servedUrl,
  type SinkVersion,
  stored,
} from './sink-client.ts';
export {
  startSinkProcess,
  startSinkServer,
  type SinkApp,
  type SinkProcess,
  type SinkServer,
} from './sink-server.ts';
export {
  createTestAuthority,
  type TestAuthority,
  type TestCertificateRequest,
  type TestPair,
} from './test-certificates.ts';
export {
  startTokenEndpoint,
  tokenAudience,
  type TestTokenEndpoint,
  type TokenEndpointMood,
  type TokenEndpointOptions,
} from './token-endpoint.ts';
export { loopbackAddresses } from './loopback-addresses.ts';
