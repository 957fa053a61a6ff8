// SPDX-License-Identifier: Apache-2.0
// What can be done with entries. Each action calls the API, tells the page, and says what happened; those that can be
// taken back offer it.
import { result, type Entry } from '../api/client';
import { emit } from '../events';
import { t } from '../i18n';
import { asProblem, Problem } from '../problem';
import { app } from '../state/app.svelte';
import { toasts } from '../state/toasts.svelte';

const at = (id: string) => ({ params: { path: { id } } });

/** Runs work on several entries, a few at a time; says how many failed and why. Returns those that went well. */
async function each(entries: readonly Entry[], work: (entry: Entry) => Promise<unknown>): Promise<Entry[]> {
  const queue = [...entries];
  const good: Entry[] = [];
  let problem: Problem | undefined;
  const lane = async () => {
    for (let entry = queue.shift(); entry; entry = queue.shift()) {
      try {
        await work(entry);
        good.push(entry);
      } catch (error) {
        problem ??= asProblem(error);
      }
    }
  };
  await Promise.all([lane(), lane(), lane(), lane()]);
  if (problem) toasts.fail(problem);
  return good;
}

export async function createFolder(parent: string, path: string): Promise<Entry> {
  const body = { parent, path, exclusive: true };
  const folder = await result(app.api.POST('/api/v1/folders', { body }));
  emit('entryChanged', folder);
  return folder;
}

async function change(id: string, body: { name?: string; parent?: string; conflict: 'fail' | 'rename' }) {
  const changed = await result(app.api.PATCH('/api/v1/entries/{id}', { ...at(id), body }));
  emit('entryChanged', changed);
  return changed;
}

export async function rename(entry: Entry, name: string): Promise<void> {
  const changed = await change(entry.id, { name, conflict: 'fail' });
  const back = () => change(entry.id, { name: entry.name, conflict: 'fail' }).then(() => undefined);
  toasts.show(t('files.renamed', { name: changed.name }), { label: t('common.undo'), run: reporting(back) });
}

export async function move(entries: readonly Entry[], parent: string, folderName: string): Promise<void> {
  const moved = await each(
    entries.filter((entry) => entry.parent !== parent),
    (entry) => change(entry.id, { parent, conflict: 'rename' }),
  );
  if (!moved.length) return;
  const back = async () => {
    await each(moved, (entry) =>
      change(entry.id, { parent: entry.parent!, name: entry.name, conflict: 'rename' }),
    );
  };
  toasts.show(t('files.moved', { n: moved.length, folder: folderName }), {
    label: t('common.undo'),
    run: back,
  });
}

export async function copy(entries: readonly Entry[], parent: string, folderName: string): Promise<void> {
  const body = { parent, conflict: 'rename' as const };
  const copied = await each(entries, async (entry) => {
    emit('entryChanged', await result(app.api.POST('/api/v1/entries/{id}/copy', { ...at(entry.id), body })));
  });
  if (!copied.length) return;
  emit('spaceChanged');
  toasts.show(t('files.copied', { n: copied.length, folder: folderName }));
}

export async function trash(entries: readonly Entry[]): Promise<void> {
  const gone = await each(entries, async (entry) => {
    await result(app.api.DELETE('/api/v1/entries/{id}', at(entry.id)));
    emit('entryGone', entry);
  });
  if (!gone.length) return;
  const text =
    gone.length === 1
      ? t('files.trashedOne', { name: gone[0]!.name })
      : t('files.trashed', { n: gone.length });
  toasts.show(text, { label: t('common.undo'), run: () => restore(gone, true) });
}

export async function restore(entries: readonly Entry[], quietly = false): Promise<void> {
  const back = await each(entries, async (entry) => {
    const restored = await result(app.api.POST('/api/v1/entries/{id}/restore', at(entry.id)));
    emit('entryGone', entry);
    emit('entryChanged', restored);
  });
  if (back.length && !quietly) toasts.show(t('trash.restored', { n: back.length }));
}

export async function purge(entries: readonly Entry[]): Promise<void> {
  const gone = await each(entries, async (entry) => {
    await result(app.api.DELETE('/api/v1/trash/{id}', at(entry.id)));
    emit('entryGone', entry);
  });
  if (!gone.length) return;
  emit('spaceChanged');
  toasts.show(t('trash.purged', { n: gone.length }));
}

export async function emptyTrash(): Promise<void> {
  await result(app.api.DELETE('/api/v1/trash'));
  emit('spaceChanged');
  toasts.show(t('trash.emptied'));
}

/** The same work, with a failure told as a notice. */
export function reporting<A extends unknown[]>(
  work: (...args: A) => Promise<void>,
): (...args: A) => Promise<void> {
  return async (...args) => {
    try {
      await work(...args);
    } catch (error) {
      toasts.fail(asProblem(error));
    }
  };
}
