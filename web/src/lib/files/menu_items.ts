// SPDX-License-Identifier: Apache-2.0
// What can be done with the selected entries: one list for the selection bar, the context menu and the "…" button.
import { download } from '../actions/downloads';
import { copy as copyTo, reporting, trash } from '../actions/entries';
import type { Entry } from '../api/client';
import { t } from '../i18n';
import { mayPreview } from '../kinds';
import { dialogs } from '../state/dialogs.svelte';
import type { MenuItem } from '../state/menu.svelte';
import { place } from '../state/place.svelte';

export function openEntry(entry: Entry, among: readonly Entry[]): void {
  if (entry.kind === 'folder') place.go(`/files/${entry.id}`);
  else dialogs.show({ kind: 'preview', entry, among: among.filter((one) => one.kind === 'file') });
}

export function share(entry: Entry): void {
  dialogs.show({ kind: 'share', entry });
}

export function menuItems(entries: Entry[], among: readonly Entry[], folderName: string): MenuItem[] {
  const [entry] = entries;
  if (!entry) return [];
  const single = entries.length === 1;
  const items: (MenuItem | false)[] = [
    single && {
      label:
        entry.kind === 'folder'
          ? t('files.open')
          : mayPreview(entry)
            ? t('files.preview')
            : t('files.details'),
      icon: entry.kind === 'folder' ? 'folder' : 'eye',
      hint: t('keys.enter'),
      run: () => openEntry(entry, among),
    },
    single && { label: t('files.share'), icon: 'link', run: () => share(entry) },
    {
      label: single && entry.kind === 'file' ? t('files.download') : t('files.downloadZip'),
      icon: 'download',
      run: reporting(() => download(entries, folderName || t('common.product'))),
    },
    single && {
      label: t('files.rename'),
      icon: 'pencil',
      hint: 'F2',
      apart: true,
      run: () => dialogs.show({ kind: 'rename', entry }),
    },
    {
      label: t('files.moveTo'),
      icon: 'move',
      apart: !single,
      run: () => dialogs.show({ kind: 'move', entries, copy: false }),
    },
    {
      label: t('files.copyTo'),
      icon: 'duplicate',
      run: () => dialogs.show({ kind: 'move', entries, copy: true }),
    },
    single && {
      label: t('files.duplicate'),
      icon: 'copy',
      run: reporting(() => copyTo(entries, entry.parent!, folderName || t('files.title'))),
    },
    {
      label: t('files.trash'),
      icon: 'trash',
      hint: t('keys.delete'),
      danger: true,
      apart: true,
      run: reporting(() => trash(entries)),
    },
  ];
  return items.filter((item) => item !== false);
}
