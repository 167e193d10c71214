/**
 * The bytes behind canonical base64 (RFC 4648, section 4): standard alphabet, padding, no white space, unused
 * bits zero. `undefined` for anything else. Node's decoder skips what it does not know, hence the comparison.
 */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}
