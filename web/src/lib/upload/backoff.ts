// SPDX-License-Identifier: Apache-2.0
// Waiting between tries, in a way that an abort ends at once.

export const maxTries = 5;

/** Milliseconds before the next try (the first retry is try 1): 0.5, 1, 2, 4 s, each between half and whole. */
export function backoff(attempt: number, random: () => number = Math.random): number {
  const full = Math.min(30_000, 500 * 2 ** (attempt - 1));
  return full / 2 + (full / 2) * random();
}

export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
