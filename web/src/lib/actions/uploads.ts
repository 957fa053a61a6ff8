// SPDX-License-Identifier: Apache-2.0
// What can be done about a file that is on its way or has come.
import { result, type Entry } from '../api/client';
import { app } from '../state/app.svelte';
import { dialogs } from '../state/dialogs.svelte';
import type { Task } from '../upload/model';
import { reporting } from './entries';

const entryWithPath = (id: string) =>
  result(app.api.GET('/api/v1/entries/{id}', { params: { path: { id } } }));

/** A file that came in a folder stands for the folder that was dropped, as long as it lies there. */
export const shareUploaded = reporting(async (task: Task) => {
  const entry = await entryWithPath(task.entry!.id);
  const target = entry.path.findIndex(({ id }) => id === task.target);
  const top = target < 0 ? undefined : entry.path[target + 1];
  dialogs.show({ kind: 'share', entry: top ? { ...top, kind: 'folder' } : entry });
});

/** What has the name that a file is to get. */
export async function takenBy({ target, dir, name }: Task): Promise<Entry> {
  const folder = await entryWithPath(target);
  const names = [...folder.path.map((step) => step.name), folder.name, ...dir.split('/'), name].filter(
    Boolean,
  );
  const params = { query: { path: names.join('/') } };
  return result(app.api.GET('/api/v1/resolve', { params }));
}
