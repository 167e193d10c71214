import type { AttributeValue } from './cloud-event.ts';
import { readString, type Span } from './json-object.ts';
import { invalidAttribute } from './refusals.ts';

/** Longest spelling of a 32-bit integer: a sign and ten digits. */
const longestInteger = 11;
const smallest = -(2 ** 31);
const largest = 2 ** 31 - 1;

/**
 * An attribute's value as the JSON format maps it (2.2); `undefined` for `null`, which means unset. An Integer
 * is digits behind an optional minus: `1.0` and `1e3` are refused, `-0` is 0.
 *
 * Throws `InvalidAttribute` for fractions, exponents, integers beyond 32 bits, objects and arrays.
 */
export function readAttribute(body: Buffer, name: string, span: Span): AttributeValue | undefined {
  switch (body[span.from] ?? 0) {
    case 0x22:
      return readString(body, span);
    case 0x74:
      return true;
    case 0x66:
      return false;
    case 0x6e:
      return undefined;
    case 0x7b:
    case 0x5b:
      throw invalidAttribute(name, 'attributeNotScalar');
    default:
      return readInteger(body, name, span);
  }
}

function readInteger(body: Buffer, name: string, { from, to }: Span): number {
  const text = to - from > longestInteger ? '' : body.toString('latin1', from, to);
  const value = Number(text);
  if (!/^-?\d+$/.test(text) || value < smallest || value > largest) {
    throw invalidAttribute(name, 'attributeNotInteger');
  }
  return value === 0 ? 0 : value;
}
