// SPDX-License-Identifier: Apache-2.0
// A page of my trash, in the form of a folder's page.
import { result, type Entry, type FolderPage } from '$lib/api/client';
import { app } from '$lib/state/app.svelte';
import { Listing } from '$lib/state/listing.svelte';

const trashFolder: Entry = { id: 'trash', kind: 'folder', name: '', created: '', modified: '' };

export function trashListing(): Listing {
  const load = async (cursor?: string): Promise<FolderPage> => {
    const page = await result(app.api.GET('/api/v1/trash', { params: { query: { limit: 1000, cursor } } }));
    return { folder: trashFolder, path: [], ...page };
  };
  return new Listing('trash', load);
}
