/** The client throws what brokers answer with an error in any part of it; the answer is in the error. */
export async function answerOf<T extends object>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    const answer = error instanceof Error && 'response' in error ? error.response : undefined;
    if (typeof answer !== 'object' || answer === null) throw error;
    return answer as T;
  }
}
