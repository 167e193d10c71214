const neverInUri = /[ "<>\\^`{|}]|%(?![0-9A-Fa-f]{2})/;
const colonInFirstSegment = /^[^/?#:]*:/;
const scheme = /^[A-Za-z][A-Za-z0-9+.-]*:/;

/**
 * Whether the text can be a URI-reference (RFC 3986, 4.1). Lenient where senders are: characters beyond ASCII
 * pass, authority and port are not looked into. A colon in the first segment must end a scheme (4.2); Go's
 * URL parser refuses anything else, so a consumer could not read the event.
 */
export function isUriReference(text: string): boolean {
  return !neverInUri.test(text) && (!colonInFirstSegment.test(text) || scheme.test(text));
}
