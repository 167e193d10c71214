import { stringify } from 'yaml';
import { valuesJsonSchema, type JsonSchema } from './json-schema.ts';
import { isGroup } from './walk.ts';

const width = 110;

/** The text of values.yaml: every value with its default, under what it is for. */
export function valuesYaml(): string {
  return lines(valuesJsonSchema(), 0).join('\n');
}

function lines(schema: JsonSchema, depth: number): readonly string[] {
  const indent = '  '.repeat(depth);
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => [
    ...(depth === 0 ? [''] : []),
    ...commentLines(field.description ?? '', indent),
    ...(isGroup(field)
      ? [`${indent}${name}:`, ...lines(field, depth + 1)]
      : stringify({ [name]: field.default }, { lineWidth: 0, singleQuote: true })
          .trimEnd()
          .split('\n')
          .map((line) => `${indent}${line}`)),
  ]);
}

function commentLines(description: string, indent: string): readonly string[] {
  const result: string[] = [];
  let line = '';
  for (const word of description.split(' ')) {
    if (line !== '' && `${indent}# ${line} ${word}`.length > width) {
      result.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...result, line].filter((each) => each !== '').map((each) => `${indent}# ${each}`);
}
