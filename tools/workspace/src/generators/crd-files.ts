import { crds } from '@event-sinks/crds';
import { stringify } from 'yaml';
import { generateCommand, type GeneratedFile } from './generated-file.ts';

const notice = `# Made by \`${generateCommand}\` from libs/crds; edit the schema there instead.\n`;

/** The CRDs as the chart ships them, one file each. */
export function crdFiles(): readonly GeneratedFile[] {
  return crds.map((crd) => ({
    path: `charts/event-sinks/files/crds/${crd.metadata.name}.yaml`,
    // No folding, no anchors: a diff shows what changed, and every YAML reader takes it.
    text: notice + stringify(crd, { lineWidth: 0, aliasDuplicateObjects: false }),
  }));
}
