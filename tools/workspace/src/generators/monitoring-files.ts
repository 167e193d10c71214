import { monitoringFiles } from '@event-sinks/monitoring';
import { generateCommand, type GeneratedFile } from './generated-file.ts';

/** Dashboards and alerts as the chart ships them. */
export function monitoringChartFiles(): readonly GeneratedFile[] {
  return monitoringFiles(
    `# Made by \`${generateCommand}\` from tools/monitoring; edit the alerts there instead.\n`,
  );
}
