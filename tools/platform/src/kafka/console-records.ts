/** A record as Kafka's console consumer printed it. */
export interface ConsoleRecord {
  readonly partition: number;
  readonly offset: number;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly headers: readonly (readonly [string, Buffer])[];
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

/** Tokens that the console consumer puts between the parts; so unlikely that any bytes can stand between them. */
export const separators = {
  field: '\u0001<f5c1>',
  header: '\u0001<h7d2>',
  line: '\u0001<e9b3>\n',
  nothing: '\u0001<n4a8>',
} as const;

/** The formatter's properties that {@link parseConsoleRecords} counts on. */
export const formatterProperties: readonly string[] = [
  ...['timestamp', 'partition', 'offset', 'headers', 'key', 'value'].map((part) => `print.${part}=true`),
  `key.separator=${separators.field}`,
  `headers.separator=${separators.header}`,
  `line.separator=${separators.line}`,
  `null.literal=${separators.nothing}`,
];

/** Reads what the console consumer printed, byte for byte. @throws Error when it printed something else. */
export function parseConsoleRecords(output: Buffer): ConsoleRecord[] {
  return split(output, separators.line)
    .filter((line) => line.length > 0)
    .map(parseRecord);
}

function parseRecord(line: Buffer): ConsoleRecord {
  const [timestamp, partition, offset, headers, key, value, ...rest] = split(line, separators.field);
  if (!timestamp || !partition || !offset || !headers || !key || !value || rest.length > 0) {
    throw new Error(`not a line of the console consumer: ${line.toString().slice(0, 200)}`);
  }
  return {
    timestamp: numberAfterColon(timestamp),
    partition: numberAfterColon(partition),
    offset: numberAfterColon(offset),
    headers: parseHeaders(headers),
    key: nullable(key),
    value: nullable(value),
  };
}

function parseHeaders(field: Buffer): (readonly [string, Buffer])[] {
  if (field.toString() === 'NO_HEADERS') return [];
  return split(field, separators.header).map((header) => {
    const colon = header.indexOf(':');
    return [header.subarray(0, colon).toString(), header.subarray(colon + 1)] as const;
  });
}

/** `CreateTime:1700000000000`, `Partition:0`, `Offset:12`. */
function numberAfterColon(field: Buffer): number {
  const text = field.toString();
  return Number(text.slice(text.indexOf(':') + 1));
}

function nullable(field: Buffer): Buffer | null {
  return field.toString() === separators.nothing ? null : field;
}

function split(bytes: Buffer, separator: string): Buffer[] {
  const parts: Buffer[] = [];
  let from = 0;
  for (let at = bytes.indexOf(separator); at >= 0; at = bytes.indexOf(separator, from)) {
    parts.push(bytes.subarray(from, at));
    from = at + Buffer.byteLength(separator);
  }
  parts.push(bytes.subarray(from));
  return parts;
}
