// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import { bringsFiles, childrenOf, readDrop, readPasted, readPicked } from './walk';

const fileEntry = (name: string) => ({
  name,
  isFile: true,
  isDirectory: false,
  file: (resolve: (file: File) => void) => resolve(new File(['x'], name)),
});

function folderEntry(name: string, children: unknown[]) {
  const createReader = () => {
    let at = 0;
    return { readEntries: (resolve: (some: unknown[]) => void) => resolve(children.slice(at, (at += 100))) };
  };
  return { name, isFile: false, isDirectory: true, createReader };
}

const dropOf = (...entries: unknown[]) =>
  ({
    items: entries.map((entry) => ({ kind: 'file', webkitGetAsEntry: () => entry, getAsFile: () => null })),
  }) as unknown as DataTransfer;

it('a folder of more than a hundred files is read to its end', async () => {
  const many = Array.from({ length: 250 }, (_, index) => fileEntry(`f${index}`));
  const children = await childrenOf(folderEntry('big', many) as unknown as FileSystemDirectoryEntry);
  expect(children.length).toBe(250);
});

it('a dropped folder gives its files with their paths, and its empty folders', async () => {
  const tree = folderEntry('trip', [
    fileEntry('a.txt'),
    folderEntry('day 1', [fileEntry('b.txt')]),
    folderEntry('empty', []),
  ]);
  const found = await readDrop(dropOf(tree, fileEntry('top.txt')));
  expect(found.files.map(({ dir, file }) => `${dir}|${file.name}`)).toEqual([
    'trip|a.txt',
    'trip/day 1|b.txt',
    '|top.txt',
  ]);
  expect(found.emptyFolders).toEqual(['trip/empty']);
});

it('a pasted screenshot is named by date and time, other files keep their names', () => {
  const now = new Date(2026, 10, 24, 9, 5, 7);
  const pasted = readPasted([new File([], 'image.png', { type: 'image/png' }), new File([], 'a.pdf')], now);
  expect(pasted.files.map(({ file }) => file.name)).toEqual(['Screenshot 2026-11-24 09.05.07.png', 'a.pdf']);
});

it('a picked folder keeps its paths', () => {
  const file = new File([], 'c.txt');
  Object.defineProperty(file, 'webkitRelativePath', { value: 'trip/day 1/c.txt' });
  expect(readPicked([file]).files[0]!.dir).toBe('trip/day 1');
});

it('only a drag of files from outside counts', () => {
  const drag = (...types: string[]) => ({ types }) as unknown as DataTransfer;
  expect(bringsFiles(drag('Files'))).toBe(true);
  expect(bringsFiles(drag('text/plain'))).toBe(false);
  expect(bringsFiles(drag('Files', 'application/x-satchel-rows'))).toBe(false);
  expect(bringsFiles(null)).toBe(false);
});
