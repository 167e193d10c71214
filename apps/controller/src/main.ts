import { randomUUID } from 'node:crypto';
import { createLogger, loadConfig, runProcess, systemClock } from '@event-sinks/runtime';
import { createApp } from './app.ts';
import { configSchema } from './config.ts';

const config = loadConfig(configSchema, process.env);
const logger = createLogger({ name: 'controller', level: config.LOG_LEVEL });
const identity = `${config.POD_NAME}_${randomUUID()}`;
const app = createApp({ config, logger, identity, clock: systemClock, random: Math.random });

await runProcess({ start: () => app.start(), stop: () => app.stop(), logger, graceMs: 20_000 });
