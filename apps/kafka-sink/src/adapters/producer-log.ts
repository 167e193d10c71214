import { toSinkError } from '@event-sinks/errors';
import { TroubleLog, type Clock, type LogFields, type Logger } from '@event-sinks/runtime';

/**
 * A logger for a producer, which says for each batch in vain what it was in vain for: with events coming in, many times a
 * second. The same about the same topic is written once, and then rarely; `names` adds whose topic it is.
 */
export function producerLog(logger: Logger, clock: Clock, names: (topic: string) => LogFields): Logger {
  const troubles = new TroubleLog({ clock });
  const rarely =
    (level: 'warn' | 'error') =>
    (message: string, fields: LogFields = {}): void => {
      const topic = typeof fields['topic'] === 'string' ? fields['topic'] : '';
      const kind = kindOf(fields);
      troubles.trouble(`${message} ${topic}`, kind, ({ repeated }) => {
        const count = repeated === undefined ? {} : { repeated };
        logger[level](message, { ...fields, ...names(topic), ...count });
      });
    };
  return {
    debug: (message, fields) => {
      logger.debug(message, fields);
    },
    info: (message, fields) => {
      logger.info(message, fields);
    },
    warn: rarely('warn'),
    error: rarely('error'),
    child: (fields) => producerLog(logger.child(fields), clock, names),
  };
}

/** What tells one failure from another, without what differs from try to try. */
function kindOf({ cause, part, detail }: LogFields): string {
  if (cause !== undefined) return toSinkError(cause).code;
  return `${String(part)} ${String(detail)}`;
}
