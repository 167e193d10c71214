const ipLiteral = String.raw`\[(?:[0-9A-Fa-f:.]+|[vV][0-9A-Fa-f]+\.[A-Za-z0-9._~!$&'()*+,;=:-]+)\]`;
const registeredName = String.raw`(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*`;
const hostForm = new RegExp(`^(?:${ipLiteral}|${registeredName})(?::[0-9]*)?$`);

/** Whether this can be the value of a Host header (RFC 9112, 3.2): a host with or without a port, or nothing at all. */
export function isHost(value: string): boolean {
  return hostForm.test(value);
}
