import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { createLogger, loadConfig, loadTracer, traced, tracingVariables } from './index.ts';

const logger = createLogger({ name: 'test', level: 'error' });

describe('without an endpoint', () => {
  test('there is no tracer', async () => {
    expect(await loadTracer({ endpoint: undefined, service: 's', sampleRatio: 1, logger })).toBeUndefined();
  });

  test('work goes on without a span', async () => {
    expect(await traced(undefined, 'work', (span) => Promise.resolve([span, 'done']))).toEqual([
      undefined,
      'done',
    ]);
  });
});

describe('the variables', () => {
  const read = (env: Record<string, string>) => loadConfig(z.object(tracingVariables()), env);

  test('trace nothing unless they are set', () => {
    expect(read({})).toEqual({ OTEL_EXPORTER_OTLP_ENDPOINT: undefined, OTEL_TRACES_SAMPLER_ARG: 1 });
  });

  test.each([
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }, 'expected an http or https URL'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://user:word@collector:4318' }, 'without user and password'],
    [{ OTEL_TRACES_SAMPLER_ARG: '1.5' }, 'expected a number from 0 to 1'],
    [{ OTEL_TRACES_SAMPLER_ARG: 'often' }, 'expected a number from 0 to 1'],
  ])('%j is refused', (env, words) => {
    expect(() => read(env)).toThrow(words);
  });
});
