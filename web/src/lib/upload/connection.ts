// SPDX-License-Identifier: Apache-2.0
// Does the server answer? If not, waits for the browser's word that it is online again, and asks once in a while.
import type { Connection } from './model';
import { backoff, sleep } from './backoff';

async function answers(signal: AbortSignal): Promise<boolean> {
  if (!navigator.onLine) return false;
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(10_000)]);
    await fetch('/healthz', { method: 'GET', cache: 'no-store', signal: limit });
    return true;
  } catch {
    return false;
  }
}

function onlineEvent(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => addEventListener('online', () => resolve(), { once: true, signal }));
}

export const browserConnection: Connection = {
  async reachable(signal) {
    for (let asked = 1; ; asked++) {
      if (await answers(signal)) return asked === 1;
      signal.throwIfAborted();
      const round = new AbortController();
      const either = AbortSignal.any([signal, round.signal]);
      try {
        await Promise.race([onlineEvent(either), sleep(backoff(asked + 1), either)]);
      } finally {
        round.abort();
      }
    }
  },
};
