/** Tells a person what is being done, a line a step, with the time that each took. */
export interface Progress {
  /** Runs one step; its line ends with the seconds it took, or with what went wrong. */
  step<T>(title: string, work: () => Promise<T>): Promise<T>;
  /** Something worth knowing that is no step of its own. */
  note(text: string): void;
}

/** Progress as lines of text; `write` gets whole lines without their end. */
export function textProgress(
  write: (line: string) => void,
  now: () => number = () => performance.now(),
): Progress {
  const started = now();
  const stamp = (): string => `[${((now() - started) / 1000).toFixed(1).padStart(6)} s]`;
  return {
    async step(title, work) {
      const begun = now();
      write(`${stamp()} ${title} …`);
      try {
        const result = await work();
        write(`${stamp()}   done in ${((now() - begun) / 1000).toFixed(1)} s`);
        return result;
      } catch (error) {
        write(`${stamp()}   failed: ${title}`);
        throw error;
      }
    },
    note(text) {
      for (const line of text.split('\n')) write(`           ${line}`);
    },
  };
}
