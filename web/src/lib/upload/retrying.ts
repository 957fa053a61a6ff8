// SPDX-License-Identifier: Apache-2.0
// One rule for every call and every PUT: up to five tries with back-off, and none is used up while the server is away.
import { backoff, maxTries, sleep } from './backoff';
import type { Connection } from './model';
import { asProblem } from '../problem';

export interface Tries {
  connection: Connection;
  signal: AbortSignal;
  pause?: (ms: number, signal: AbortSignal) => Promise<void>;
}

export async function retrying<T>(
  work: () => Promise<T>,
  { connection, signal, pause = sleep }: Tries,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      const problem = asProblem(error);
      if (!problem.passing) throw error;
      const answers = problem.status !== 0 || (await connection.reachable(signal));
      if (!answers) attempt = 0;
      else if (attempt >= maxTries) throw problem;
      await pause(backoff(Math.max(1, attempt)), signal);
    }
  }
}
