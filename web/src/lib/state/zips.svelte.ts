// SPDX-License-Identifier: Apache-2.0
// The ZIP downloads that run, with progress and a way to break them off.
import { asProblem, type Problem } from '../problem';
import type { ZipFile } from '../zip/zip';

export interface ZipJob {
  id: number;
  name: string;
  files: number;
  bytes: number;
  /** What is expected in all, where it is known. */
  total: number | undefined;
  cancel(): void;
}

let count = 0;

class Zips {
  jobs = $state<ZipJob[]>([]);
  problem = $state.raw<Problem>();

  async start(name: string, files: () => AsyncIterable<ZipFile>, total?: number): Promise<boolean> {
    const control = new AbortController();
    this.jobs.push({ id: ++count, name, files: 0, bytes: 0, total, cancel: () => control.abort() });
    const job = this.jobs.at(-1)!;
    this.problem = undefined;
    const stay = (event: Event) => event.preventDefault();
    addEventListener('beforeunload', stay);
    try {
      const [{ zipStream }, { saveStream }] = await Promise.all([
        import('../zip/zip'),
        import('../zip/saving'),
      ]);
      const progress = { files: (n: number) => (job.files += n), bytes: (n: number) => (job.bytes += n) };
      await saveStream(`${name}.zip`, zipStream(files(), progress, control.signal), control.signal);
      return true;
    } catch (error) {
      const cancelled =
        control.signal.aborted || (error instanceof DOMException && error.name === 'AbortError');
      if (!cancelled) this.problem = asProblem(error);
      return false;
    } finally {
      removeEventListener('beforeunload', stay);
      this.jobs = this.jobs.filter((one) => one.id !== job.id);
    }
  }
}

export const zips = new Zips();
