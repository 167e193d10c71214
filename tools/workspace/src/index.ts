export { generators } from './generators/index.ts';
export { runGenerate, type GenerateOutcome, type GenerateRun } from './run-generate.ts';
