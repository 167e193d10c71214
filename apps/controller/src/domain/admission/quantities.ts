import { isFields } from './template-fields.ts';

/** A value that stands where a quantity is expected and is none. */
export interface BadQuantity {
  readonly field: string;
  readonly value: unknown;
}

/** Fields of a pod that hold one quantity, and those that map names to quantities. */
const single = ['sizeLimit', 'divisor'];
const maps = ['limits', 'requests', 'overhead'];

/** See `Quantity` in k8s.io/apimachinery/pkg/api/resource. */
const quantity = /^[+-]?(\d+(\.\d*)?|\.\d+)([numkMGTPE]|[KMGTPE]i|[eE][+-]?\d+)?$/;

/** Every bad quantity below a value, found by the names of the fields that hold one. */
export function badQuantities(value: unknown, path: string): BadQuantity[] {
  if (Array.isArray(value)) return value.flatMap((each, index) => badQuantities(each, `${path}[${index}]`));
  if (!isFields(value)) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    const at = `${path}.${name}`;
    if (single.includes(name)) return judged(member, at);
    if (maps.includes(name) && isFields(member)) {
      return Object.entries(member).flatMap(([key, each]) => judged(each, `${at}[${key}]`));
    }
    return badQuantities(member, at);
  });
}

function judged(value: unknown, field: string): BadQuantity[] {
  const good = typeof value === 'number' || (typeof value === 'string' && quantity.test(value));
  return good ? [] : [{ field, value }];
}
