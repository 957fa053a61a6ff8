// SPDX-License-Identifier: Apache-2.0
// The folder that is shown: its entries (all pages, in the background), and what happens to them meanwhile.
import { pages, type Entry, type FolderPage, type PathStep } from '../api/client';
import { on } from '../events';
import { asProblem, type Problem } from '../problem';

export type Loader = (cursor?: string) => Promise<FolderPage>;

export class Listing {
  folder = $state.raw<Entry>();
  path = $state.raw<PathStep[]>([]);
  entries = $state.raw<Entry[]>([]);
  problem = $state.raw<Problem>();
  /** Nothing is known yet; later pages may still be on their way when this is false. */
  loading = $state(true);
  private run = 0;
  private readonly pending = new Map<string, Entry | undefined>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private stale: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly id: string,
    private readonly load: Loader,
  ) {}

  async read(): Promise<void> {
    const run = ++this.run;
    const found: Entry[] = [];
    try {
      for await (const page of pages(this.load)) {
        if (run !== this.run) return;
        found.push(...page.entries);
        this.folder = page.folder;
        this.path = page.path;
        // The first page is shown at once; a refresh is shown when it is whole, so that no row vanishes in between.
        if (this.loading || !page.cursor) this.entries = [...found];
        this.loading = false;
      }
      this.problem = undefined;
    } catch (error) {
      if (run === this.run) this.problem = asProblem(error);
    } finally {
      if (run === this.run) this.loading = false;
    }
  }

  /** Follows the events of the page until the returned function is called. */
  follow(): () => void {
    const stop = [
      on('entryChanged', (entry) => this.put(entry.id, entry.parent === this.id ? entry : undefined)),
      on('entryGone', ({ id }) => this.put(id, undefined)),
      on('folderStale', ({ id }) => void (id === this.id && this.refreshSoon())),
    ];
    return () => {
      stop.forEach((end) => end());
      clearTimeout(this.timer);
      clearTimeout(this.stale);
      this.run++;
    };
  }

  refreshSoon(): void {
    clearTimeout(this.stale);
    this.stale = setTimeout(() => void this.read(), 400);
  }

  /** Many changes in a row (an upload of a folder) cost one pass over the list. */
  private put(id: string, entry: Entry | undefined): void {
    this.pending.set(id, entry);
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.entries = merged(this.entries, this.pending);
      this.pending.clear();
    }, 60);
  }
}

/** The list with some entries replaced, added or (undefined) taken out. */
export function merged(entries: readonly Entry[], changes: ReadonlyMap<string, Entry | undefined>): Entry[] {
  const rest = new Map(changes);
  const out: Entry[] = [];
  for (const entry of entries) {
    if (!rest.has(entry.id)) out.push(entry);
    else {
      const changed = rest.get(entry.id);
      if (changed) out.push(changed);
      rest.delete(entry.id);
    }
  }
  for (const added of rest.values()) if (added) out.push(added);
  return out;
}
