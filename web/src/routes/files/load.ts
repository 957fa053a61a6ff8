// SPDX-License-Identifier: Apache-2.0
// A page of a folder of mine.
import { result, type FolderPage } from '$lib/api/client';
import { app } from '$lib/state/app.svelte';
import { Listing } from '$lib/state/listing.svelte';

const firstPage = 200;
const laterPages = 1000;

/** The first page is small, so that it is there at once; the rest follows in large ones. */
export function folderListing(id: string): Listing {
  const load = (cursor?: string): Promise<FolderPage> => {
    const query = { limit: cursor ? laterPages : firstPage, cursor };
    return result(app.api.GET('/api/v1/folders/{id}/entries', { params: { path: { id }, query } }));
  };
  return new Listing(id, load);
}
