import { readFileSync } from 'node:fs';
import type { TestCluster } from './test-cluster.ts';

/**
 * A sample's text with some of its words replaced, where the sample as printed takes long or prints little.
 * @throws Error when the sample does not have the words any more.
 */
export function variantOf(
  target: TestCluster,
  path: string,
  words: Readonly<Record<string, string>> = {},
): string {
  let text = readFileSync(target.sample(path), 'utf8');
  for (const [printed, instead] of Object.entries(words)) {
    if (!text.includes(printed)) throw new Error(`${path} does not say ${printed}`);
    text = text.replace(printed, () => instead);
  }
  return text;
}
