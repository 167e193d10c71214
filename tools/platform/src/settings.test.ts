import { describe, expect, test } from '@jest/globals';
import { layoutOf } from './local/layout.ts';
import { readSettings } from './settings.ts';

describe('settings', () => {
  test('of an empty environment are the ones of npm start', () => {
    const settings = readSettings({});
    expect(settings).toMatchObject({ driver: undefined, instance: 0, stateDir: '/var/lib/event-sinks' });
    expect(settings.localDir).toBe(`${settings.checkout}/.local`);
  });

  test('that cannot be understood are all named', () => {
    const env = { EVENT_SINKS_INSTANCE: '12', EVENT_SINKS_DRIVER: 'minikube' };
    expect(() => readSettings(env)).toThrow(/EVENT_SINKS_DRIVER[^]*EVENT_SINKS_INSTANCE/);
  });

  test('give every instance names, addresses and folders of its own', () => {
    const layouts = Array.from({ length: 10 }, (_, n) =>
      layoutOf(readSettings({ EVENT_SINKS_INSTANCE: String(n) })),
    );
    for (const field of [
      'name',
      'stateDir',
      'hostInterface',
      'nodeAddress',
      'podRange',
      'serviceRange',
      'dnsAddress',
    ] as const) {
      expect(new Set(layouts.map((layout) => layout[field])).size).toBe(10);
    }
    for (const { hostInterface } of layouts) expect(hostInterface.length).toBeLessThan(16);
  });
});
