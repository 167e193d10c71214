import { STATUS_CODES } from 'node:http';
import type { Answer } from '../exchange.ts';

/** Makes the bytes of answers, with the headers that Node's own server adds. */
export interface AnswerText {
  of(answer: Answer, close: boolean): Buffer;
}

/** `now` tells milliseconds since 1970; `Keep-Alive` tells `keepAliveTimeoutMs` in whole seconds. */
export function answerText(now: () => number, keepAliveTimeoutMs: number): AnswerText {
  const keepAlive = `Connection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(keepAliveTimeoutMs / 1_000)}\r\n`;
  let second = -1;
  let date = '';
  let last: Written | undefined;
  return {
    of(answer, close) {
      const { status, headers, body = '' } = answer;
      const thisSecond = Math.floor(now() / 1_000);
      if (thisSecond !== second) {
        second = thisSecond;
        date = `Date: ${new Date(thisSecond * 1_000).toUTCString()}\r\n`;
        last = undefined;
      }
      // Nearly all answers of a second are the same one.
      if (last?.answer === answer && last.close === close) return last.bytes;
      const start = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines(headers)}`;
      const bytes = Buffer.from(
        `${start}${date}${close ? 'Connection: close\r\n' : keepAlive}\r\n${body}`,
        'latin1',
      );
      last = { answer, close, bytes };
      return bytes;
    },
  };
}

interface Written {
  readonly answer: Answer;
  readonly close: boolean;
  readonly bytes: Buffer;
}

function lines(headers: readonly string[]): string {
  let text = '';
  for (let at = 0; at + 1 < headers.length; at += 2)
    text += `${headers[at] ?? ''}: ${headers[at + 1] ?? ''}\r\n`;
  return text;
}
