import { fileURLToPath } from 'node:url';
import integration from './integration.config.mjs';
import { allProjects } from './projects.mjs';

export default {
  ...allProjects('integration', integration),
  // Two files at a time: each waits for its own servers more than it computes.
  maxWorkers: 2,
  testSequencer: fileURLToPath(new URL('./longest-first.mjs', import.meta.url)),
};
