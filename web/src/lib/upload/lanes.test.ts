// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import { Lanes } from './lanes';
import { backoff } from './backoff';

it('never lets more in than there are lanes, and serves in order', async () => {
  const lanes = new Lanes(2);
  const order: number[] = [];
  let inside = 0;
  let most = 0;
  await Promise.all(
    [1, 2, 3, 4, 5].map((n) =>
      lanes.run(async () => {
        most = Math.max(most, ++inside);
        order.push(n);
        await Promise.resolve();
        inside--;
      }),
    ),
  );
  expect(most).toBe(2);
  expect(order).toEqual([1, 2, 3, 4, 5]);
});

it('an abort in the queue gives the place up and costs no lane', async () => {
  const lanes = new Lanes(1);
  await lanes.acquire();
  const control = new AbortController();
  const waiting = lanes.acquire(control.signal);
  control.abort(new Error('paused'));
  await expect(waiting).rejects.toThrow('paused');
  lanes.release();
  await expect(lanes.run(async () => 'free')).resolves.toBe('free');
});

it('back-off doubles, with jitter, up to half a minute', () => {
  expect(backoff(1, () => 0)).toBe(250);
  expect(backoff(1, () => 1)).toBe(500);
  expect(backoff(4, () => 1)).toBe(4000);
  expect(backoff(99, () => 1)).toBe(30_000);
});
