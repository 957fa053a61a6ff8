// SPDX-License-Identifier: Apache-2.0
// What a drop, a paste or a picker holds, as files with the folders they came in. Entries and handles are taken
// synchronously, inside the event: afterwards the browser has emptied them.
import type { Drop, DroppedFile } from './model';

export type Found = Omit<Drop, 'target'>;

type HandleItem = DataTransferItem & { getAsFileSystemHandle?(): Promise<FileSystemHandle | null> };
type DirectoryHandle = FileSystemDirectoryHandle & { values(): AsyncIterable<FileSystemHandle> };

/** True where files are dragged in from outside, and not text, links or rows of the page. */
export function bringsFiles(data: DataTransfer | null): boolean {
  return (
    data !== null && [...data.types].includes('Files') && !data.types.includes('application/x-satchel-rows')
  );
}

/** Call it inside the drop event; the answer comes later. */
export function readDrop(data: DataTransfer): Promise<Found> {
  const items = [...data.items].filter((item) => item.kind === 'file') as HandleItem[];
  const taken = items.map((item) => ({
    entry: item.webkitGetAsEntry?.() ?? null,
    file: item.getAsFile(),
    handle: item.getAsFileSystemHandle?.().catch(() => null) ?? Promise.resolve(null),
  }));
  return collect(taken);
}

interface Taken {
  entry: FileSystemEntry | null;
  file: File | null;
  handle: Promise<FileSystemHandle | null>;
}

async function collect(taken: Taken[]): Promise<Found> {
  const found: Found = { files: [], emptyFolders: [] };
  for (const { entry, file, handle: promised } of taken) {
    const handle = await promised;
    if (handle?.kind === 'directory') await walkHandle(handle as DirectoryHandle, handle.name, found);
    else if (handle) found.files.push(await ofHandle(handle as FileSystemFileHandle, ''));
    else if (entry) await walkEntry(entry, '', found);
    else if (file) found.files.push({ dir: '', file });
  }
  return found;
}

async function ofHandle(handle: FileSystemFileHandle, dir: string): Promise<DroppedFile> {
  return { dir, file: await handle.getFile(), handle };
}

async function walkHandle(folder: DirectoryHandle, path: string, found: Found): Promise<void> {
  let empty = true;
  for await (const child of folder.values()) {
    empty = false;
    if (child.kind === 'directory') await walkHandle(child as DirectoryHandle, join(path, child.name), found);
    else found.files.push(await ofHandle(child as FileSystemFileHandle, path));
  }
  if (empty) found.emptyFolders.push(path);
}

async function walkEntry(entry: FileSystemEntry, dir: string, found: Found): Promise<void> {
  if (entry.isFile) {
    found.files.push({ dir, file: await fileOf(entry as FileSystemFileEntry) });
    return;
  }
  const path = join(dir, entry.name);
  const children = await childrenOf(entry as FileSystemDirectoryEntry);
  if (!children.length) found.emptyFolders.push(path);
  for (const child of children) await walkEntry(child, path, found);
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

/** A browser gives at most 100 children at a time: ask until there are no more. */
export async function childrenOf(
  folder: Pick<FileSystemDirectoryEntry, 'createReader'>,
): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (!some.length) return all;
    all.push(...some);
  }
}

function join(dir: string, name: string): string {
  return dir ? `${dir}/${name}` : name;
}

/** Files of a picker; a folder picker tells each file's place by its relative path. */
export function readPicked(files: Iterable<File>): Found {
  const dir = (file: File) => file.webkitRelativePath.split('/').slice(0, -1).join('/');
  return { files: [...files].map((file) => ({ dir: dir(file), file })), emptyFolders: [] };
}

/** Files of the clipboard. A screenshot, which every browser calls "image.png", is named by date and time. */
export function readPasted(files: Iterable<File>, now: Date): Found {
  const pad = (n: number) => String(n).padStart(2, '0');
  const day = `${now.getFullYear()}-${pad(now.getMonth() + 1)}-${pad(now.getDate())}`;
  const stamp = `${day} ${pad(now.getHours())}.${pad(now.getMinutes())}.${pad(now.getSeconds())}`;
  const named = (file: File) => {
    const picture = /^image\.(png|jpe?g|gif|webp)$/i.exec(file.name);
    if (!picture) return file;
    return new File([file], `Screenshot ${stamp}.${picture[1]!.toLowerCase()}`, {
      type: file.type,
      lastModified: file.lastModified,
    });
  };
  return { files: [...files].map((file) => ({ dir: '', file: named(file) })), emptyFolders: [] };
}
