import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A program of this folder in a process of its own, that does what it is asked and answers with what came of it. */
export interface AskedProgram<Question, Answer> {
  /** @throws Error when the process ends instead of answering. */
  ask(question: Question): Promise<Answer>;
  close(): void;
}

/** Starts the program; it must call {@link answerWith}. */
export function startProgram<Question extends object, Answer>(name: string): AskedProgram<Question, Answer> {
  const path = fileURLToPath(new URL(name, import.meta.url));
  const child = fork(path, { execArgv: ['--disable-warning=ExperimentalWarning'] });
  return {
    async ask(question) {
      const waiting = new AbortController();
      const { signal } = waiting;
      child.send(question);
      const ended = once(child, 'exit', { signal }).then(() => {
        throw new Error(`${name} ended`);
      });
      try {
        const [answer] = (await Promise.race([once(child, 'message', { signal }), ended])) as [Answer];
        return answer;
      } finally {
        ended.catch(() => undefined);
        waiting.abort();
      }
    },
    close: () => {
      child.kill();
    },
  };
}

/** In the program: answers each question with what `run` makes of it, and ends the process when that fails. */
export function answerWith(run: (question: never) => Promise<object>): void {
  process.on('message', (question) => {
    // The types of the two sides are kept together where the program is started.
    run(question as never).then(
      (answer) => process.send?.(answer),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
}
