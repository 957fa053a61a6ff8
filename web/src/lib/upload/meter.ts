// SPDX-License-Identifier: Apache-2.0
// Speed over the last seconds, and the time that is left.

const windowMs = 6_000;

export class Meter {
  private samples: { at: number; bytes: number }[] = [];
  private total = 0;
  private last = 0;

  /** `sent`: the bytes sent so far over all files; going back (a part tried again) counts as no progress. */
  sample(at: number, sent: number): void {
    this.total += Math.max(0, sent - this.last);
    this.last = sent;
    this.samples.push({ at, bytes: this.total });
    while (this.samples.length > 2 && at - this.samples[1]!.at > windowMs) this.samples.shift();
  }

  /** Bytes a second. */
  speed(): number {
    const first = this.samples[0];
    const last = this.samples.at(-1);
    if (!first || !last || last.at - first.at < 250) return 0;
    return ((last.bytes - first.bytes) * 1000) / (last.at - first.at);
  }

  /** Seconds until `rest` bytes are sent; undefined while nobody can tell. */
  left(rest: number): number | undefined {
    const speed = this.speed();
    return speed > 0 ? rest / speed : undefined;
  }

  reset(): void {
    this.samples = [];
    this.last = 0;
  }
}
