import { parse } from 'yaml';
import type { Manifest } from './samples.ts';

/** The objects of Knative's and OpenShift's own documentation, as they stand there. */
const documents = {
  'the logger': `
apiVersion: sinks.knative.dev/v1alpha1
kind: JobSink
metadata:
  name: job-sink-logger
spec:
  job:
    spec:
      completions: 1
      parallelism: 1
      template:
        spec:
          restartPolicy: Never
          containers:
            - name: main
              image: docker.io/library/bash:5
              command: [ "cat" ]
              args:
                - "/etc/jobsink-event/event"
`,
  'a custom mount path': `
apiVersion: sinks.knative.dev/v1alpha1
kind: JobSink
metadata:
  name: job-sink-custom-mount-path
spec:
  job:
    spec:
      completions: 1
      parallelism: 1
      template:
        spec:
          restartPolicy: Never
          containers:
            - name: main
              image: docker.io/library/bash:5
              command: [ "bash" ]
              args:
                - -c
                - echo "Hello world!" && sleep 5

              # The event will be available in a file at \`/etc/custom-path/event\`
              volumeMounts:
                - name: "jobsink-event"
                  mountPath: "/etc/custom-path"
                  readOnly: true
`,
  ...Object.fromEntries(
    [
      ['success', 'echo "Hello world!" && sleep 5'],
      ['failure', 'echo "Hello world!" && sleep 5 && exit 42'],
    ].map(([name = '', script = '']) => [
      name,
      `
apiVersion: sinks.knative.dev/v1alpha1
kind: JobSink
metadata:
  name: job-sink-${name}
spec:
  job:
    metadata:
      labels:
        my-label: my-value
    spec:
      completions: 12
      parallelism: 3
      template:
        spec:
          restartPolicy: Never
          containers:
            - name: main
              image: docker.io/library/bash:5
              command: [ "bash" ]
              args:
                - -c
                - ${script}
      backoffLimit: 6
      podFailurePolicy:
        rules:
          - action: FailJob
            onExitCodes:
              containerName: main
              operator: In
              values: [ 42 ]
          - action: Ignore
            onPodConditions:
              - type: DisruptionTarget
`,
    ]),
  ),
  'a Kafka sink': `
apiVersion: eventing.knative.dev/v1alpha1
kind: KafkaSink
metadata:
  name: my-kafka-sink
  namespace: default
spec:
  topic: my-topic
  bootstrapServers:
   - my-cluster-kafka-bootstrap.kafka:9092
`,
  'a Kafka sink with credentials': `
apiVersion: eventing.knative.dev/v1alpha1
kind: KafkaSink
metadata:
   name: my-secure-sink
   namespace: default
spec:
   topic: my-topic
   bootstrapServers:
    - my-cluster-kafka-bootstrap.kafka:9092
   auth:
     secret:
       ref:
         name: my-secret
`,
};

/** Each document: what it is, as text for kubectl, and as an object. */
export const seedDocuments: readonly (readonly [title: string, text: string, object: Manifest])[] =
  Object.entries(documents).map(([title, text]) => [title, text, parse(text) as Manifest]);
