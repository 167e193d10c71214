import type { JsonSchema } from './json-schema.ts';

/** One value, or a group of them, on the way down. */
export interface ValueNode {
  readonly path: readonly string[];
  readonly schema: JsonSchema;
}

/** Whether it holds further values rather than being one. */
export function isGroup(schema: JsonSchema): boolean {
  return schema.properties !== undefined;
}

/** Every group and value below, parents before children. */
export function nodesOf(schema: JsonSchema, path: readonly string[] = []): readonly ValueNode[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const node = { path: [...path, name], schema: field };
    return [node, ...nodesOf(field, node.path)];
  });
}
