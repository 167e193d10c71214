import type { z } from 'zod';

/** Two numbers of a configuration that only work together in this order. */
export interface ConfigOrder {
  readonly smaller: string;
  readonly larger: string;
  /** Whether equal numbers are refused as well. */
  readonly strict?: boolean;
  /** What would happen otherwise; completes the sentence "or …". */
  readonly otherwise: string;
}

/** The same schema, which also refuses numbers out of order. `loadConfig` then names both variables. */
export function inOrder<S extends z.ZodObject>(schema: S, orders: readonly ConfigOrder[]): S {
  return schema.check(({ value, issues }) => {
    const values: Readonly<Record<string, unknown>> = value;
    for (const order of orders) {
      const [smaller, larger] = [Number(values[order.smaller]), Number(values[order.larger])];
      if (order.strict === true ? smaller < larger : smaller <= larger) continue;
      const relation = order.strict === true ? 'less than' : 'at most';
      const message =
        `${relation} ${order.larger}, or ${order.otherwise}; ` +
        `${order.smaller} is ${smaller} and ${order.larger} is ${larger}`;
      issues.push({ code: 'custom', path: [order.smaller], message, input: smaller });
    }
  });
}
