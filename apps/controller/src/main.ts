import { randomUUID } from 'node:crypto';
import { runApp, systemClock } from '@event-sinks/runtime';
import { createApp } from './app.ts';
import { configSchema } from './config.ts';

await runApp({
  name: 'controller',
  schema: configSchema,
  env: process.env,
  create: (parts) =>
    createApp({
      ...parts,
      identity: `${parts.config.POD_NAME}_${randomUUID()}`,
      clock: systemClock,
      random: Math.random,
    }),
  graceMs: () => 20_000,
});
