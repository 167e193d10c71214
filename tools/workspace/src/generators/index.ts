import { apiPage } from './api-page.ts';
import { chartFiles } from './chart-files.ts';
import { crdFiles } from './crd-files.ts';
import { errorsPage } from './errors-page.ts';
import type { Generator } from './generated-file.ts';
import { metricsPage } from './metrics-page.ts';
import { monitoringChartFiles } from './monitoring-files.ts';

/** Everything that is generated. A further page or table is one more entry. */
export const generators: readonly Generator[] = [
  crdFiles,
  chartFiles,
  errorsPage,
  apiPage,
  metricsPage,
  monitoringChartFiles,
];
