// SPDX-License-Identifier: Apache-2.0
// Files to the person's disk: one by a signed address, several or a folder as a ZIP that streams.
import { pages, result, type Entry } from '../api/client';
import { save } from '../save';
import { app } from '../state/app.svelte';
import { zips } from '../state/zips.svelte';
import type { ZipFile } from '../zip/zip';

export async function addressOf(entry: string, inline = false) {
  return result(app.api.POST('/api/v1/downloads', { body: { entry, inline } }));
}

export async function download(entries: readonly Entry[], archiveName: string): Promise<void> {
  const [first] = entries;
  if (!first) return;
  if (entries.length === 1 && first.kind === 'file') {
    save((await addressOf(first.id)).url);
    return;
  }
  const name = entries.length === 1 ? first.name : archiveName;
  await zips.start(name, () => filesOf(entries, ''));
}

async function* filesOf(entries: readonly Entry[], path: string): AsyncGenerator<ZipFile> {
  for (const entry of entries) {
    const name = path + entry.name;
    const modified = new Date(entry.modified);
    if (entry.kind === 'file') {
      yield { name, size: entry.size ?? 0, modified, address: async () => (await addressOf(entry.id)).url };
      continue;
    }
    yield { name: `${name}/`, modified };
    const list = (cursor?: string) => {
      const params = { path: { id: entry.id }, query: { limit: 1000, cursor } };
      return result(app.api.GET('/api/v1/folders/{id}/entries', { params }));
    };
    for await (const page of pages(list)) yield* filesOf(page.entries, `${name}/`);
  }
}
