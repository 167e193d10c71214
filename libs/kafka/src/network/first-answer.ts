/**
 * Asks one after another until one answers: the next one when the one before has failed, or has been silent for a while.
 * @throws AggregateError of all failures, when nobody answers.
 */
export function firstAnswer<T>(askers: readonly (() => Promise<T>)[], patienceMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const failures: unknown[] = [];
    let [next, open, isOver] = [0, 0, false];
    let timer: NodeJS.Timeout | undefined;
    const askNext = (): void => {
      clearTimeout(timer);
      if (isOver) return;
      const ask = askers[next];
      if (ask === undefined) {
        if (open === 0) reject(new AggregateError(failures, 'no broker answers'));
        return;
      }
      next += 1;
      open += 1;
      timer = setTimeout(askNext, patienceMs);
      ask().then(
        (answer) => {
          isOver = true;
          clearTimeout(timer);
          resolve(answer);
        },
        (error: unknown) => {
          failures.push(error);
          open -= 1;
          askNext();
        },
      );
    };
    askNext();
  });
}
