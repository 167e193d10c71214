import { KubeApiError } from '../src/index.ts';

/** What a call that has to fail failed with. */
export async function refused(call: Promise<unknown>): Promise<KubeApiError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof KubeApiError) return error;
    throw error;
  }
  throw new Error('the call was to be refused, and went through');
}
