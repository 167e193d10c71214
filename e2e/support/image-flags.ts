import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The flags under which an app's image runs Node: without them another program would be measured. */
export function imageFlags(checkout: string, app: string): string[] {
  const containerfile = readFileSync(join(checkout, 'apps', app, 'Containerfile'), 'utf8');
  const command = JSON.parse(/^CMD (.*)$/m.exec(containerfile)?.[1] ?? '[]') as string[];
  return command.filter((word) => word.startsWith('--'));
}
