const names = [
  ...['specversion', 'id', 'source', 'type', 'datacontenttype', 'dataschema', 'subject', 'time'],
  ...['data', 'data_base64', 'partitionkey', 'traceparent', 'tracestate'],
];

interface Known {
  readonly name: string;
  readonly bytes: Buffer;
}

const byLength: ReadonlyMap<number, readonly Known[]> = Map.groupBy(
  names.map((name) => ({ name, bytes: Buffer.from(name) })),
  ({ name }) => name.length,
);

/**
 * The name of a member that most events have, without making a string for it; `undefined` for any other name. In a batch
 * the strings of names would outnumber all others.
 */
export function knownName(body: Buffer, from: number, to: number): string | undefined {
  return byLength.get(to - from)?.find(({ bytes }) => isAt(body, from, bytes))?.name;
}

function isAt(body: Buffer, from: number, bytes: Buffer): boolean {
  for (let index = 0; index < bytes.length; index += 1) if (body[from + index] !== bytes[index]) return false;
  return true;
}
