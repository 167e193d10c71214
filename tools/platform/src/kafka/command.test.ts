import { describe, expect, test } from '@jest/globals';
import {
  brokerCommand,
  escapeProperty,
  formatCommand,
  serverProperties,
  toolCommand,
  type BrokerSettings,
} from './command.ts';

const settings: BrokerSettings = {
  distribution: { version: '4.3.1', libDir: '/cache/kafka/lib' },
  dataDir: '/data/one',
  host: '10.0.0.1',
  port: 9092,
  controllerPort: 9093,
};

const lines = (text: string) => text.trimEnd().split('\n');

describe('serverProperties', () => {
  test('one process is broker and controller, alone', () => {
    expect(lines(serverProperties(settings))).toEqual(
      expect.arrayContaining([
        'process.roles=broker,controller',
        'node.id=1',
        'controller.quorum.voters=1@10.0.0.1:9093',
        'listeners=PLAINTEXT://10.0.0.1:9092,CONTROLLER://10.0.0.1:9093',
        'log.dirs=/data/one/log',
        'auto.create.topics.enable=false',
        'group.initial.rebalance.delay.ms=0',
      ]),
    );
  });

  test('is one of several when voters are given', () => {
    const voters = ['1@a:1', '2@b:1'];
    expect(lines(serverProperties({ ...settings, nodeId: 2, voters }))).toEqual(
      expect.arrayContaining(['node.id=2', 'controller.quorum.voters=1@a:1,2@b:1']),
    );
  });

  test('what is given overrides a default, and is escaped as Java reads it', () => {
    const properties = { 'auto.create.topics.enable': 'true', 'sasl.jaas.config': 'a\\b\nc' };
    const written = lines(serverProperties({ ...settings, properties }));
    expect(written.filter((line) => line.startsWith('auto.create'))).toEqual([
      'auto.create.topics.enable=true',
    ]);
    expect(written).toContain('sasl.jaas.config=a\\\\b\\nc');
  });

  test('characters beyond ASCII and white space in front survive the way through a file', () => {
    expect(escapeProperty(' ü🔑\t\r')).toBe('\\ \\u00fc\\ud83d\\udd11\t\\r');
  });
});

test('the broker is java with its heap, its class path and its properties', () => {
  const { command, args } = brokerCommand({ ...settings, heapMb: 256 });
  expect(command).toBe('java');
  expect(args).toContain('-Xmx256m');
  expect(args.slice(-4)).toEqual(['-cp', '/cache/kafka/lib/*', 'kafka.Kafka', '/data/one/server.properties']);
});

test('further options of Java come before the class', () => {
  const { args } = brokerCommand({ ...settings, javaFlags: ['-Da=b'] });
  expect(args.indexOf('-Da=b')).toBeLessThan(args.indexOf('kafka.Kafka'));
  expect(args).toContain('-Da=b');
});

test('storage is formatted only where it is not, with its SCRAM users', () => {
  expect(formatCommand(settings).args).toContain('--ignore-formatted');
  const { args } = formatCommand({ ...settings, scramUsers: ['one', 'two'] });
  expect(args.slice(-4)).toEqual(['--add-scram', 'one', '--add-scram', 'two']);
});

test('a tool is its main class with its arguments', () => {
  expect(toolCommand(settings.distribution, 'a.Tool', ['--x', '1']).args.slice(-3)).toEqual([
    'a.Tool',
    '--x',
    '1',
  ]);
});
