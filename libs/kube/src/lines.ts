/** A line that is longer than any object the API server stores is a stream gone wrong. */
const longestLineBytes = 32 * 1024 * 1024;
const newline = 0x0a;

/**
 * Splits a byte stream into lines. Throws when the stream ends in the middle of one: half an object must not
 * pass for the end of a watch, because the change in it would be lost.
 */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let parts: Uint8Array[] = [];
  let held = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      parts.push(chunk.subarray(start, end));
      yield Buffer.concat(parts).toString('utf8');
      parts = [];
      held = 0;
      start = end + 1;
    }
    parts.push(chunk.subarray(start));
    held += chunk.length - start;
    if (held > longestLineBytes) throw new Error('a line is longer than the limit');
  }
  if (held > 0) throw new Error('the stream ended in the middle of a line');
}
