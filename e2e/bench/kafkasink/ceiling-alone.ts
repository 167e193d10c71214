import { startProgram } from './asked-program.ts';
import type { Measured, Target } from './ceiling.ts';
import type { LoneSends } from './lone-send.ts';

const records = 4_000;

/** The producer by itself in a process of its own: what one event at a time would take without HTTP and without others. */
export async function ceilingAlone(target: Target): Promise<Measured> {
  const program = startProgram<LoneSends, Measured>('./lone-send.ts');
  try {
    return await program.ask({ ...target, records });
  } finally {
    program.close();
  }
}
