import { publishedSchema, settingsByComponent, valueOrders, valueRows, valuesYaml } from '@event-sinks/chart';
import { jobSinkResource, kafkaSinkResource, ownConditions } from '@event-sinks/crds';
import { stringify } from 'yaml';
import { generateCommand, type GeneratedFile } from './generated-file.ts';
import { code, page, table } from './markdown.ts';

const chart = 'charts/event-sinks';

const notice = `# Made by \`${generateCommand}\` from tools/chart/src; edit the values there instead.\n`;

const conditionsNotice = `# Made by \`${generateCommand}\` from libs/crds/src/own-conditions.ts; edit that instead.\n`;

const namespaceNote = `#
# The namespace of the release is part of every sink's address: install into knative-eventing to keep the
# addresses that Knative's documentation shows.
`;

const intro = `JobSink turns an event into a Kubernetes Job, KafkaSink writes it to a Kafka topic. This chart brings both, or one
of them, with or without Knative Eventing.

No images are published yet. [Build and push them](../../README.md#install-into-your-own-cluster), and name your registry:

\`\`\`sh norun
# Replace registry.example.com/event-sinks by where your images are.
helm install event-sinks charts/event-sinks --namespace knative-eventing --create-namespace \\
  --set image.registry=registry.example.com/event-sinks
\`\`\`

The namespace of the release is part of every sink's address; \`knative-eventing\` gives the addresses that Knative
documents. The [installation guide](../../docs/guides/install.md) goes through what is worth deciding, and
[the security page](../../docs/guides/security.md) through rights and policies.`;

const valuesIntro = `\`helm install\` refuses a value that is not in this table, one of another type or out of its range, and values that
contradict each other, and names their paths. A duration is written as \`500ms\`, \`10s\` or \`1m30s\`.`;

/** The chart's values in the forms that Helm, the templates and people read. */
export function chartFiles(): readonly GeneratedFile[] {
  return [
    { path: `${chart}/values.yaml`, text: `${notice}${namespaceNote}${valuesYaml()}` },
    { path: `${chart}/values.schema.json`, text: JSON.stringify(publishedSchema(), undefined, 2) },
    { path: `${chart}/files/settings.yaml`, text: notice + stringify(settingsByComponent()) },
    { path: `${chart}/files/orders.yaml`, text: notice + stringify({ orders: templateOrders() }) },
    {
      path: `${chart}/files/own-conditions.yaml`,
      text: conditionsNotice + stringify({ kinds: conditionsByKind() }),
    },
    {
      path: `${chart}/README.md`,
      text: page('# Chart event-sinks', intro, '## Values', valuesIntro, rows()),
    },
  ];
}

/** What the template reads of {@link valueOrders}. */
function templateOrders(): readonly object[] {
  return valueOrders().map(({ smaller, larger, strict, otherwise }) => ({
    smaller,
    larger,
    strict,
    otherwise,
  }));
}

/** What the hook after an uninstallation removes. */
function conditionsByKind(): readonly object[] {
  return [jobSinkResource, kafkaSinkResource].map(({ apiVersion, group, plural, kind }) => ({
    apiVersion,
    group,
    plural,
    conditions: ownConditions(kind),
  }));
}

function rows(): string {
  return table(
    ['Value', 'Type', 'Default', 'Meaning'],
    valueRows().map((row) => [
      code(row.value),
      row.type,
      row.default === '' ? '' : code(row.default),
      row.meaning,
    ]),
  );
}
