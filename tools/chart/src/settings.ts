import { valuesJsonSchema, type JsonSchema } from './json-schema.ts';
import { nodesOf } from './walk.ts';

/** A variable of an app, and the value that it is taken from. */
export interface Setting {
  readonly env: string;
  /** From the root of the values, with dots. */
  readonly value: string;
  /** Bounds of a duration, both of the range. */
  readonly shortest?: string;
  readonly longest?: string;
}

/** The components of the chart, as they are called in the values. */
export const componentKeys = ['controller', 'jobSink', 'kafkaSink'] as const;

/** One of {@link componentKeys}. */
export type ComponentKey = (typeof componentKeys)[number];

/** The variables of each component. What stands outside of the components is the controller's, unless all have it. */
export function settingsByComponent(): Readonly<Record<ComponentKey, readonly Setting[]>> {
  const byComponent: Record<ComponentKey, Setting[]> = { controller: [], jobSink: [], kafkaSink: [] };
  for (const { path, schema } of nodesOf(valuesJsonSchema())) {
    if (schema.env === undefined) continue;
    const owner = componentKeys.find((key) => key === path[0]) ?? 'controller';
    const owners = schema.owners ?? (schema.ofAll === true ? componentKeys : [owner]);
    for (const key of componentKeys.filter((each) => owners.includes(each)))
      byComponent[key].push({ env: schema.env, value: path.join('.'), ...boundsOf(schema) });
  }
  return byComponent;
}

function boundsOf({ shortest, longest }: JsonSchema): Pick<Setting, 'shortest' | 'longest'> {
  return shortest === undefined || longest === undefined ? {} : { shortest, longest };
}
