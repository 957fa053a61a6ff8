// SPDX-License-Identifier: Apache-2.0
// A fair pool: at most `size` holders at a time, served in the order they came.

export class Lanes {
  private free: number;
  private readonly queue: { resolve(): void; reject(reason: unknown): void }[] = [];

  constructor(size: number) {
    this.free = size;
  }

  async acquire(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.free > 0) {
      this.free--;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const place = { resolve, reject };
      this.queue.push(place);
      const leave = () => {
        const index = this.queue.indexOf(place);
        if (index < 0) return;
        this.queue.splice(index, 1);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', leave, { once: true });
    });
  }

  release(): void {
    const next = this.queue.shift();
    if (next) next.resolve();
    else this.free++;
  }

  async run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    await this.acquire(signal);
    try {
      return await work();
    } finally {
      this.release();
    }
  }
}
