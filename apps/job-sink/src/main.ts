import { randomBytes } from 'node:crypto';
import { runApp, systemClock } from '@event-sinks/runtime';
import { createApp } from './app.ts';
import { configSchema } from './config.ts';

await runApp({
  name: 'job-sink',
  schema: configSchema,
  env: process.env,
  create: (parts) => createApp({ ...parts, clock: systemClock, random: Math.random, randomBytes }),
  graceMs: ({ DRAIN_DELAY, DRAIN_TIMEOUT }) => DRAIN_DELAY + DRAIN_TIMEOUT + 2_000,
});
