import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The checkout's folder. */
export const checkout = join(import.meta.dirname, '..', '..');

/** Text of a file of the checkout. */
export const read = (path: string): string => readFileSync(join(checkout, path), 'utf8');

/** The pages whose shell blocks are run or marked: what a user follows step by step. */
export const walkedPages = (): string[] => [
  'README.md',
  ...globSync('docs/guides/**/*.md', { cwd: checkout }).sort(),
];

/** Every page that a person reads. */
export const allPages = (): string[] =>
  [
    ...globSync('*.md', { cwd: checkout }),
    ...globSync('{docs,charts,e2e}/**/*.md', { cwd: checkout }),
  ].sort();
