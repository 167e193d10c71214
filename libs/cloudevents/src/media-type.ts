const mediaType = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+\/[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const firstParameter = /^ *; *([!#$%&'*+.^_`|~0-9A-Za-z-]+)=(?:([!#$%&'*+.^_`|~0-9A-Za-z-]+)|"([^"\\]*)")/;
const beyondPrintableAscii = /[^ -~]/;

/** Type and subtype in lower case, without parameters. */
export function essenceOf(contentType: string): string {
  const end = contentType.indexOf(';');
  return (end < 0 ? contentType : contentType.slice(0, end)).trim().toLowerCase();
}

/** Whether this is `type/subtype` (RFC 2046) in printable ASCII; parameters are not looked into. */
export function isMediaType(contentType: string): boolean {
  return !beyondPrintableAscii.test(contentType) && mediaType.test(essenceOf(contentType));
}

/** Whether the type declares JSON (JSON format 3.1.1): a subtype of `json`, or one that ends in `+json`. */
export function declaresJson(contentType: string): boolean {
  const essence = essenceOf(contentType);
  return essence.endsWith('/json') || essence.endsWith('+json');
}

/**
 * The parameters by lower-case name, `undefined` when they are malformed or repeat one. Deliberately narrower
 * than RFC 9110: what Go's mime.ParseMediaType refuses would be taken for JSON by the Go SDK.
 */
export function parametersOf(contentType: string): ReadonlyMap<string, string> | undefined {
  const parameters = new Map<string, string>();
  const start = contentType.indexOf(';');
  let rest = start < 0 ? '' : contentType.slice(start);
  while (rest !== '') {
    const [whole = '', name = '', token, text = ''] = firstParameter.exec(rest) ?? [];
    const key = name.toLowerCase();
    if (whole === '' || parameters.has(key)) {
      return undefined;
    }
    parameters.set(key, token ?? text);
    rest = rest.slice(whole.length);
  }
  return parameters;
}
