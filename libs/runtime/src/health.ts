/** True while the thing it watches is fit to serve; called on each probe, so it must be cheap and not throw. */
export type ReadinessCheck = () => boolean;

/** What the probes of a process answer from. */
export class Health {
  readonly #checks = new Map<string, ReadinessCheck>();
  readonly #warnings: (() => readonly string[])[] = [];
  #draining = false;

  /** Adds a check under a name that tells an operator what is missing; the same name replaces it. */
  addCheck(name: string, check: ReadinessCheck): void {
    this.#checks.set(name, check);
  }

  /** Adds sentences for an operator about what is wrong without keeping the process from serving. */
  addWarnings(source: () => readonly string[]): void {
    this.#warnings.push(source);
  }

  /** All of these sentences, as they are now. */
  warnings(): string[] {
    return this.#warnings.flatMap((source) => source());
  }

  /** From now on the process is not ready, whatever the checks say; there is no way back. */
  startDraining(): void {
    this.#draining = true;
  }

  get draining(): boolean {
    return this.#draining;
  }

  /** Names of the checks that fail now; `draining` is among them during shutdown. Empty means ready. */
  failing(): string[] {
    const names = this.#draining ? ['draining'] : [];
    for (const [name, check] of this.#checks) {
      if (!check()) names.push(name);
    }
    return names;
  }
}
