import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { parseRunLocation, runLocation } from '@event-sinks/job-plan';

/**
 * Knative's senders are written in Go. This one resolves each location against a sink's URL as `http.Response`
 * does, and prints what it would then request; the second way goes through `path.Clean`, as `http.ServeMux` does.
 */
const program = `package main

import (
	"bufio"
	"fmt"
	"net/url"
	"os"
	"path"
)

func main() {
	base, _ := url.Parse("http://job-sink.knative-eventing.svc.cluster.local/demo/logger")
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		resolved, err := base.Parse(lines.Text())
		if err != nil {
			fmt.Println(err)
			continue
		}
		cleaned := *resolved
		cleaned.RawPath = path.Clean(resolved.EscapedPath())
		cleaned.Path, _ = url.PathUnescape(cleaned.RawPath)
		fmt.Println(resolved.RequestURI(), cleaned.RequestURI())
	}
}
`;

const texts = [
  ...[
    '.',
    '..',
    '...',
    '~',
    '~.',
    '~..',
    '~~.',
    '%2E',
    '%2e%2E',
    '%',
    '%zz',
    '%2F',
    '/',
    '//',
    '/../',
    './a',
  ],
  ...[
    '\\\\',
    '?',
    '#',
    '&',
    '=',
    '+',
    ' ',
    ';',
    ':',
    '@',
    '!',
    "'",
    '(',
    ')',
    '*',
    '"',
    '<',
    '$',
    ',',
    'é',
    '🦊',
  ],
];

test('a location comes through Go’s URLs as it was, dots and all', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'event-sinks-location-'));
  try {
    const locations = texts.flatMap((text) => [
      runLocation({ namespace: 'demo', name: 'logger', source: text, id: '1' }) ?? '',
      runLocation({ namespace: 'demo', name: 'logger', source: 's', id: text }) ?? '',
      runLocation({ namespace: 'demo', name: 'logger', source: 's', id: '1', errorDestination: text }) ?? '',
    ]);
    await writeFile(join(folder, 'main.go'), program);
    const running = promisify(execFile)('go', ['run', join(folder, 'main.go')], { timeout: 50_000 });
    running.child.stdin?.end(`${locations.join('\n')}\n`);
    const requested = (await running).stdout.trimEnd().split('\n');
    expect(requested).toEqual(locations.map((location) => `${location} ${location}`));
    for (const location of locations) expect(parseRunLocation(location)).toBeDefined();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
