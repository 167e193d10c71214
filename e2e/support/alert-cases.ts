/** Samples by which one alert fires, and a moment at which it does. */
export interface AlertCase {
  /** In promtool's notation, one value a minute. */
  readonly series: Readonly<Record<string, string>>;
  /** When the alert has to fire; one of the same samples without the fault must not. */
  readonly at: string;
  /** The labels of the alert beside its severity. */
  readonly labels: Readonly<Record<string, string>>;
  /** The samples that differ where nothing is wrong; the others stay. */
  readonly well: Readonly<Record<string, string>>;
}

const sink = 'kn_sink_kind="JobSink",kn_sink_namespace="n",kn_sink_name="s"';
const sinkLabels = { kn_sink_kind: 'JobSink', kn_sink_namespace: 'n', kn_sink_name: 's' };
const answers = 'kn_eventing_dispatch_duration_seconds';
const calls = 'event_sinks_api_request_duration_seconds';
const call = 'job="event-sinks-job-sink",verb="create",resource="jobs"';
const callLabels = { job: 'event-sinks-job-sink', verb: 'create', resource: 'jobs' };

/** One case for each alert, by its name. */
export const alertCases: Readonly<Record<string, AlertCase>> = {
  EventSinkEventsFailing: {
    series: {
      [`${answers}_count{${sink},http_response_status_code="202"}`]: '0+60x30',
      [`${answers}_count{${sink},http_response_status_code="503"}`]: '0+6x30',
    },
    at: '15m',
    labels: sinkLabels,
    well: { [`${answers}_count{${sink},http_response_status_code="503"}`]: '0+1x30' },
  },
  EventSinkEventsSlow: {
    series: {
      [`${answers}_bucket{${sink},le="1"}`]: '0+90x40',
      [`${answers}_bucket{${sink},le="5"}`]: '0+100x40',
      [`${answers}_bucket{${sink},le="+Inf"}`]: '0+100x40',
    },
    at: '25m',
    labels: sinkLabels,
    well: { [`${answers}_bucket{${sink},le="1"}`]: '0+100x40' },
  },
  EventSinkBackPressure: {
    series: {
      'event_sinks_requests_refused_total{job="event-sinks-job-sink",reason="Overloaded"}': '0+60x40',
    },
    at: '25m',
    labels: { job: 'event-sinks-job-sink', reason: 'Overloaded' },
    well: { 'event_sinks_requests_refused_total{job="event-sinks-job-sink",reason="Overloaded"}': '0+1x40' },
  },
  EventSinkNearInFlightLimit: {
    series: {
      'event_sinks_requests_in_flight{pod="p"}': '480x20',
      'event_sinks_requests_in_flight_limit{pod="p"}': '512x20',
    },
    at: '10m',
    labels: { pod: 'p' },
    well: { 'event_sinks_requests_in_flight{pod="p"}': '300x20' },
  },
  EventSinkNotReady: {
    series: {
      [`event_sinks_sink_ready{${sink},reason="TopicNotFound",has_address="true",pod="a"}`]: '0x20',
      [`event_sinks_sink_ready{${sink},reason="TopicNotFound",has_address="true",pod="b"}`]: '0x20',
    },
    at: '10m',
    labels: sinkLabels,
    well: { [`event_sinks_sink_ready{${sink},reason="TopicNotFound",has_address="true",pod="b"}`]: '1x20' },
  },
  EventSinkNeverReady: {
    series: {
      [`event_sinks_sink_ready{${sink},reason="SecretNotFound",has_address="false",pod="a"}`]: '0x30',
      [`event_sinks_sink_ready{${sink},reason="SecretNotFound",has_address="false",pod="b"}`]: '0x30',
    },
    at: '20m',
    labels: sinkLabels,
    well: { [`event_sinks_sink_ready{${sink},reason="SecretNotFound",has_address="false",pod="b"}`]: '1x30' },
  },
  EventSinkTargetDown: {
    series: { 'up{job="event-sinks-job-sink",pod="p"}': '0x20' },
    at: '5m',
    labels: { job: 'event-sinks-job-sink', pod: 'p' },
    well: { 'up{job="event-sinks-job-sink",pod="p"}': '1x20' },
  },
  EventSinkNoLeader: {
    series: { 'event_sinks_leading{pod="a"}': '0x20', 'event_sinks_leading{pod="b"}': '0x20' },
    at: '5m',
    labels: {},
    well: { 'event_sinks_leading{pod="b"}': '1x20' },
  },
  EventSinkReconcileFailing: {
    series: { 'event_sinks_reconcile_duration_seconds_count{loop="jobsink",outcome="timeout"}': '0+1x40' },
    at: '25m',
    labels: { loop: 'jobsink' },
    well: { 'event_sinks_reconcile_duration_seconds_count{loop="jobsink",outcome="timeout"}': '3x40' },
  },
  EventSinkWebhookTrouble: {
    series: { 'event_sinks_webhook_review_duration_seconds_count{verdict="trouble"}': '0+1x40' },
    at: '20m',
    labels: { verdict: 'trouble' },
    well: { 'event_sinks_webhook_review_duration_seconds_count{verdict="trouble"}': '2x40' },
  },
  EventSinkWebhookCertificateExpiring: {
    series: { event_sinks_webhook_certificate_expiry_timestamp_seconds: '600000x100' },
    at: '70m',
    labels: {},
    well: { event_sinks_webhook_certificate_expiry_timestamp_seconds: '6000000x100' },
  },
  EventSinkApiServerErrors: {
    series: {
      [`${calls}_count{${call},status="2xx"}`]: '0+50x30',
      [`${calls}_count{${call},status="none"}`]: '0+5x30',
    },
    at: '15m',
    labels: { job: 'event-sinks-job-sink' },
    well: { [`${calls}_count{${call},status="none"}`]: '0+1x30' },
  },
  EventSinkApiServerSlow: {
    series: {
      [`${calls}_bucket{${call},le="0.5"}`]: '0+90x40',
      [`${calls}_bucket{${call},le="2.5"}`]: '0+100x40',
      [`${calls}_bucket{${call},le="+Inf"}`]: '0+100x40',
    },
    at: '25m',
    labels: callLabels,
    well: { [`${calls}_bucket{${call},le="0.5"}`]: '0+100x40' },
  },
  EventSinkWatchStalled: {
    series: {
      'event_sinks_watch_age_seconds{job="event-sinks-job-sink",pod="p",resource="jobsinks"}': '0+60x20',
    },
    at: '10m',
    labels: { job: 'event-sinks-job-sink', pod: 'p', resource: 'jobsinks' },
    well: {
      'event_sinks_watch_age_seconds{job="event-sinks-job-sink",pod="p",resource="jobsinks"}': '60x20',
    },
  },
  JobSinkJobsFailing: {
    series: {
      'event_sinks_jobs{kn_sink_namespace="n",kn_sink_name="s",outcome="failed",pod="a"}': '6x30',
      'event_sinks_jobs{kn_sink_namespace="n",kn_sink_name="s",outcome="complete",pod="a"}': '4x30',
      'event_sinks_jobs{kn_sink_namespace="n",kn_sink_name="s",outcome="running",pod="a"}': '40x30',
    },
    at: '15m',
    labels: { kn_sink_namespace: 'n', kn_sink_name: 's' },
    well: { 'event_sinks_jobs{kn_sink_namespace="n",kn_sink_name="s",outcome="complete",pod="a"}': '9x30' },
  },
  JobSinkJobsWaiting: {
    series: { 'event_sinks_jobs_waiting{kn_sink_namespace="n",kn_sink_name="s",pod="a"}': '2x30' },
    at: '15m',
    labels: { kn_sink_namespace: 'n', kn_sink_name: 's' },
    well: { 'event_sinks_jobs_waiting{kn_sink_namespace="n",kn_sink_name="s",pod="a"}': '0x30' },
  },
  JobSinkSweepFailing: {
    series: {
      'event_sinks_sweeps_total{outcome="failed"}': '0+1x40',
      'event_sinks_sweeps_total{outcome="complete"}': '7x40',
    },
    at: '25m',
    labels: {},
    well: { 'event_sinks_sweeps_total{outcome="complete"}': '0+1x40' },
  },
  KafkaSinkClusterFailing: {
    series: {
      'event_sinks_kafka_records_total{cluster="c:9092",result="acknowledged"}': '0+50x30',
      'event_sinks_kafka_records_total{cluster="c:9092",result="KafkaUnavailable"}': '0+5x30',
    },
    at: '15m',
    labels: { cluster: 'c:9092' },
    well: { 'event_sinks_kafka_records_total{cluster="c:9092",result="KafkaUnavailable"}': '0+1x30' },
  },
  KafkaSinkQueueOld: {
    series: { 'event_sinks_kafka_queue_age_seconds{pod="p"}': '6x20' },
    at: '5m',
    labels: { pod: 'p' },
    well: { 'event_sinks_kafka_queue_age_seconds{pod="p"}': '1x20' },
  },
  KafkaSinkProduceSlow: {
    series: {
      'event_sinks_kafka_produce_duration_seconds_bucket{le="0.5"}': '0+90x40',
      'event_sinks_kafka_produce_duration_seconds_bucket{le="2.5"}': '0+100x40',
      'event_sinks_kafka_produce_duration_seconds_bucket{le="+Inf"}': '0+100x40',
    },
    at: '25m',
    labels: {},
    well: { 'event_sinks_kafka_produce_duration_seconds_bucket{le="0.5"}': '0+100x40' },
  },
};
