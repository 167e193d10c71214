import type { ScenarioReport } from '../report.ts';
import { Dispatcher } from '../dispatcher.ts';
import { eventFor } from '../events.ts';
import { inParallel } from '../parallel.ts';
import { Sender } from '../sender.ts';
import type { Setting } from '../setting.ts';
import { judge } from '../truth.ts';

const namespace = 'copies';
const sink = 'same';

/** Many copies of each event at once, on two dispatchers: one Job each, and every copy is answered 202. */
export async function copies(setting: Setting): Promise<Omit<ScenarioReport, 'scenario' | 'seconds'>> {
  const { events, copies: perEvent, eventsAtOnce } = setting.sizes.copies;
  await setting.sinks(namespace, [sink]);
  const dispatchers = await Promise.all(
    ['copies-a', 'copies-b'].map((name) => Dispatcher.start(setting, name)),
  );
  const sender = new Sender({ ledger: setting.ledger, timeoutMs: 15_000, retries: 0 });
  let accepted = 0;
  let resets = 0;
  let elsewhere = 0;
  try {
    await inParallel(events, eventsAtOnce, async (index) => {
      const event = eventFor(namespace, sink, String(index));
      const outcomes = await Promise.all(
        Array.from({ length: perEvent }, (_, copy) =>
          sender.attempt(event, copy, { base: dispatchers[copy % 2]!.url }),
        ),
      );
      accepted += outcomes.filter(({ status }) => status === 202).length;
      resets += outcomes.filter(({ failure }) => failure !== undefined).length;
      if (new Set(outcomes.map(({ location }) => location)).size !== 1) elsewhere += 1;
      if (index % 100 === 99) setting.tell(`copies: ${index + 1} events`);
    });
  } finally {
    sender.close();
    await Promise.all(dispatchers.map((dispatcher) => dispatcher.stop()));
  }
  const verdict = await judge(setting.server, namespace, setting.ledger.sent);
  const { ackedButLost, jobsWithoutSecret, eventsWithTwoJobs, jobs, phantoms } = verdict;
  return {
    ...{ ackedButLost, jobsWithoutSecret, eventsWithTwoJobs },
    faults: 0,
    events,
    resets,
    non2xx: events * perEvent - accepted - resets,
    serverErrors: 0,
    problems: [
      ...(jobs === events ? [] : [`${jobs} Jobs for ${events} events`]),
      ...(elsewhere === 0 ? [] : [`${elsewhere} events with more than one location`]),
    ],
    details: { jobs, copies: events * perEvent, accepted, phantoms },
  };
}
