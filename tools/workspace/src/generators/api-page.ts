import {
  crdManifest,
  jobSinkConditions,
  kafkaSinkConditions,
  readyCondition,
  type SinkKind,
  type StructuralSchema,
} from '@event-sinks/crds';
import type { GeneratedFile } from './generated-file.ts';
import { code, page, table } from './markdown.ts';
import { schemaHeader, schemaRows } from './schema-rows.ts';
import { ruleMessages } from './schema-rules.ts';

const intro = `The fields of the two kinds, which \`kubectl explain\` shows too, and the conditions in their status. The API
server refuses an object that breaks a limit, with a message that names the field.`;

const jobNote = `Only the fields named here are looked at by the CRD. Everything else of a \`batch/v1\` Job may be written in
\`spec.job\` as well and reaches the Jobs unchanged.`;

const conditionsIntro = `A condition is True, False or Unknown. Where it is not True, \`reason\` says why in one word and \`message\` in a
sentence. \`lastTransitionTime\` moves only when the status does. \`kubectl wait --for=condition=Ready\` waits for
the version of the sink that was applied last.`;

const readyMeaning =
  'All of the above are True: events are taken. While it is not True, it repeats the reason and message of the ' +
  'first condition above that is False, or else of the first that is Unknown.';

const conditionsOf: Readonly<Record<SinkKind, Readonly<Record<string, string>>>> = {
  JobSink: jobSinkConditions,
  KafkaSink: kafkaSinkConditions,
};

const specNotes: Readonly<Record<SinkKind, readonly string[]>> = { JobSink: [jobNote], KafkaSink: [] };

/** `docs/reference/api.md`: the fields of both kinds, from the schema that the API server gets. */
export function apiPage(): readonly GeneratedFile[] {
  const text = page('# API', intro, ...kindSection('JobSink'), ...kindSection('KafkaSink'));
  return [{ path: 'docs/reference/api.md', text }];
}

function kindSection(kind: SinkKind): readonly string[] {
  const { group, versions } = crdManifest(kind).spec;
  const root = versions[0].schema.openAPIV3Schema;
  const spec = fieldOf(root, 'spec');
  return [
    `## ${kind}`,
    `${root.description ?? ''} Its API version is ${code(`${group}/${versions[0].name}`)}.`,
    `### Spec of a ${kind}`,
    ...specNotes[kind],
    table(schemaHeader, schemaRows(spec, 'spec')),
    ...rulesAcrossFields(root, spec),
    `### Status of a ${kind}`,
    table(schemaHeader, schemaRows(fieldOf(root, 'status'), 'status')),
    `### Conditions of a ${kind}`,
    conditionsIntro,
    table(
      ['Condition', 'True means'],
      [...Object.entries(conditionsOf[kind]), [readyCondition, readyMeaning]],
    ),
  ];
}

function fieldOf(schema: StructuralSchema, name: string): StructuralSchema {
  const field = schema.properties?.[name];
  if (field === undefined) throw new Error(`the schema has no ${name}`);
  return field;
}

/** Rules that stand on no field of the table, so that the table cannot show them. */
function rulesAcrossFields(root: StructuralSchema, spec: StructuralSchema): readonly string[] {
  const messages = [...ruleMessages(root), ...ruleMessages(spec)];
  if (messages.length === 0) return [];
  return [
    'Further messages with which an object is refused:',
    messages.map((message) => `- ${message}`).join('\n'),
  ];
}
