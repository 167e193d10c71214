import { createLogger, loadConfig, runProcess, systemClock } from '@event-sinks/runtime';
import { createApp } from './app.ts';
import { configSchema } from './config.ts';

const config = loadConfig(configSchema, process.env);
const logger = createLogger({ name: 'kafka-sink', level: config.LOG_LEVEL });
const app = createApp({ config, logger, clock: systemClock, random: Math.random });

await runProcess({
  start: () => app.start(),
  stop: () => app.stop(),
  logger,
  graceMs: config.DRAIN_DELAY + config.DRAIN_TIMEOUT + 2_000,
});
