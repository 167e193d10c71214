import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { appNames } from './apps.ts';
import { readSettings } from '../settings.ts';

const { checkout } = readSettings({});
const text = (...path: string[]): string => readFileSync(join(checkout, ...path), 'utf8');
const { version } = JSON.parse(text('package.json')) as { version: string };

test('chart, images and packages of the apps are of one version', () => {
  expect(parse(text('charts', 'event-sinks', 'Chart.yaml'))).toMatchObject({ version, appVersion: version });
  for (const app of appNames) {
    expect(JSON.parse(text('apps', app, 'package.json'))).toMatchObject({ version });
    expect(text('apps', app, 'Containerfile')).toContain(`\nARG VERSION=${version}\n`);
  }
});

test('the first page builds images of the version that the chart asks for', () => {
  const tags = [...text('README.md').matchAll(/\$app:(\S+?)"/g)].map(([, tag]) => tag);
  expect(tags).toEqual([version, version]);
});
