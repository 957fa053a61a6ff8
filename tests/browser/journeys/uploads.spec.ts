// SPDX-License-Identifier: Apache-2.0
// Files get in: a folder by drag, a large file that is interrupted, names that are taken.
import { randomBytes } from 'node:crypto';
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures';
import { sha256, type Person } from '../satchel';
import { dragIn, namesInList, row, signIn, tray } from '../steps';

test('a dropped folder of 250 files in two levels is there, whole', async ({ page, person, files }) => {
  const inner = Array.from({ length: 240 }, (_, n) => `inner ${String(n).padStart(3, '0')}.txt`);
  const outer = Array.from({ length: 10 }, (_, n) => `outer ${n}.txt`);
  for (const name of outer) await files.make({ [`album/${name}`]: `outside: ${name}` });
  for (const name of inner) await files.make({ [`album/deep/${name}`]: `inside: ${name}` });
  await signIn(page, person);
  const overlay = page.getByTestId('drop-overlay');
  await dragIn(page, `${files.folder}/album`, () => expect(overlay).toBeVisible());
  await expect(overlay).toBeHidden();
  await expect(tray(page).getByText('250 files uploaded')).toBeVisible();
  await expect(row(page, 'album')).toHaveClass(/fresh/);
  await tray(page).getByRole('button', { name: 'Share album' }).first().click();
  await expect(page.getByRole('dialog', { name: 'Share “album”' })).toBeVisible();
  await page.keyboard.press('Escape');

  await row(page, 'album').getByRole('link', { name: 'album' }).click();
  const first = page.getByRole('grid', { name: 'Content of album' });
  expect(new Set(await namesInList(first, 11))).toEqual(new Set(['deep', ...outer]));
  await row(page, 'deep').getByRole('link', { name: 'deep' }).click();
  const second = page.getByRole('grid', { name: 'Content of deep' });
  expect(await namesInList(second, 240)).toEqual(inner);

  const deep = (await person.entries((await person.entry('album')).id)).find(({ name }) => name === 'deep')!;
  const one = (await person.entries(deep.id)).find(({ name }) => name === 'inner 123.txt')!;
  expect(new TextDecoder().decode(await person.read(one))).toBe('inside: inner 123.txt');
});

/** Lets the first parts through and holds the others back; counts what was sent and what the store took. */
class Parts {
  readonly stored = new Set<number>();
  sent: number[] = [];
  private readonly held: (() => void)[] = [];
  private open = false;

  constructor(private readonly through: number) {}

  async watch(page: Page): Promise<void> {
    const numberOf = (url: string) => Number(new URL(url).searchParams.get('partNumber') ?? 0);
    page.on('response', (response) => {
      if (response.request().method() !== 'PUT' || !response.ok()) return;
      this.stored.add(numberOf(response.url()));
    });
    await page.route(
      (url) => url.searchParams.has('partNumber'),
      async (route) => {
        if (route.request().method() !== 'PUT') return route.continue();
        this.sent.push(numberOf(route.request().url()));
        if (!this.open && this.sent.length > this.through) {
          await new Promise<void>((resolve) => this.held.push(resolve));
        }
        await route.continue().catch(() => undefined); // its page may be gone
      },
    );
  }

  /** From here on everything passes, and is counted anew. */
  release(): void {
    this.open = true;
    this.sent = [];
  }

  letGo(): void {
    for (const resolve of this.held) resolve();
  }
}

const partSize = 8 * 1024 * 1024;

async function expectWhole(person: Person, name: string, bytes: Uint8Array): Promise<void> {
  expect(sha256(await person.read(await person.entry(name)))).toBe(sha256(bytes));
}

function missing(bytes: Uint8Array, parts: Parts): number[] {
  const all = Array.from({ length: Math.ceil(bytes.length / partSize) }, (_, n) => n + 1);
  return all.filter((number) => !parts.stored.has(number));
}

/** True once the page's database knows that the upload is paused. */
function pauseIsKept(page: Page): Promise<boolean> {
  return page.evaluate(
    () =>
      new Promise<boolean>((resolve) => {
        const opening = indexedDB.open('satchel-uploads');
        opening.onsuccess = () => {
          const reading = opening.result.transaction('uploads').objectStore('uploads').getAll();
          reading.onsuccess = () => {
            opening.result.close();
            resolve(reading.result.some((kept: { paused: boolean }) => kept.paused));
          };
        };
      }),
  );
}

test('a large file is paused, the page loaded again, and resumed: only missing parts are sent', async ({
  page,
  person,
  files,
}) => {
  const bytes = randomBytes(60_000_000);
  const [path] = await files.make({ 'large.bin': bytes });
  const parts = new Parts(3);
  await parts.watch(page);
  await signIn(page, person);
  await dragIn(page, path!, () => expect(page.getByTestId('drop-overlay')).toBeVisible());
  await expect.poll(() => parts.stored.size).toBe(3);
  await page.getByRole('button', { name: 'Pause all uploads' }).click();
  await expect(tray(page).getByText('1 upload paused')).toBeVisible();
  await expect.poll(() => pauseIsKept(page)).toBe(true);

  const stored = tray(page).getByText('25.2 MB of 60 MB · Paused');
  const bar = tray(page).getByRole('progressbar', { name: 'Upload of large.bin' });
  await expect(stored).toBeVisible();
  await expect(bar).toHaveAttribute('aria-valuenow', '41');

  const wanted = missing(bytes, parts);
  expect(wanted).toHaveLength(5);
  parts.release();
  await page.reload();
  await expect(tray(page).getByText('1 upload paused')).toBeVisible();
  await expect(stored).toBeVisible();
  await expect(bar).toHaveAttribute('aria-valuenow', '41');
  expect(parts.sent).toEqual([]);
  await page.getByRole('button', { name: 'Resume all uploads' }).click();
  await expect(tray(page).getByText('1 file uploaded')).toBeVisible();
  expect([...parts.sent].sort()).toEqual(wanted);
  parts.letGo();
  await expectWhole(person, 'large.bin', bytes);
});

test('an interrupted upload of a chosen file goes on when the file is chosen again', async ({
  page,
  person,
  files,
}) => {
  const bytes = randomBytes(40_000_000);
  const [path] = await files.make({ 'chosen.bin': bytes });
  const parts = new Parts(2);
  await parts.watch(page);
  await signIn(page, person);
  await page.getByTestId('pick-files').setInputFiles(path!);
  await expect.poll(() => parts.stored.size).toBe(2);

  const wanted = missing(bytes, parts);
  parts.release();
  await page.reload();
  await expect(tray(page).getByText('1 upload to continue')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Choose the files again' })).toBeVisible();
  await page.getByTestId('choose-again').setInputFiles(path!);
  await expect(tray(page).getByText('1 file uploaded')).toBeVisible();
  expect([...parts.sent].sort()).toEqual(wanted);
  parts.letGo();
  await expectWhole(person, 'chosen.bin', bytes);
});

test('what was uploaded into a long list is scrolled to and marked, and shared from the tray', async ({
  page,
  person,
  files,
}) => {
  const many = Array.from({ length: 40 }, (_, n) => [`file ${String(n).padStart(2, '0')}.txt`, 'x']);
  await person.put(...(await files.make(Object.fromEntries(many) as Record<string, string>)));
  await signIn(page, person);
  await expect(row(page, 'file 00.txt')).toBeVisible();
  const fresh = { name: 'zebra.txt', mimeType: 'text/plain', buffer: Buffer.from('stripes') };
  await page.getByTestId('pick-files').setInputFiles(fresh);
  await expect(row(page, 'zebra.txt')).toHaveClass(/fresh/);
  await expect(row(page, 'zebra.txt')).toBeInViewport();
  await tray(page).getByRole('button', { name: 'Share zebra.txt' }).click();
  const dialog = page.getByRole('dialog', { name: 'Share “zebra.txt”' });
  await dialog.getByRole('button', { name: 'Create link' }).click();
  await expect(dialog.getByText('Your link is ready')).toBeVisible();
});

test('names that are taken: one is skipped, one kept beside the old, one replaced, the rest just goes in', async ({
  page,
  person,
  files,
  watch,
}) => {
  watch.allowStatus(409);
  const names = ['both.txt', 'replace.txt', 'skip.txt'];
  await person.put(...(await files.make(Object.fromEntries(names.map((name) => [name, `old ${name}`])))));
  await signIn(page, person);
  await expect(row(page, 'skip.txt')).toBeVisible();
  const fresh = [...names, 'new.txt'].map((name) => ({
    name,
    mimeType: 'text/plain',
    buffer: Buffer.from(`new ${name}`),
  }));
  await page.getByTestId('pick-files').setInputFiles(fresh);
  const dialog = page.getByRole('dialog', { name: 'This name is taken' });
  const answers: Record<string, RegExp> = {
    both: /^Keep both/,
    replace: /^Replace/,
    skip: /^Skip/,
  };
  const asked = async () =>
    /“(.+)”/.exec((await dialog.getByText(/^There is already/).textContent()) ?? '')?.[1] ?? '';
  await dialog.getByRole('checkbox').uncheck();
  for (const left = new Set(names); left.size;) {
    await expect.poll(async () => left.has(await asked())).toBe(true);
    const name = await asked();
    const sizeOf = (text: string) => `${Buffer.byteLength(text)} bytes`;
    await expect(dialog.getByRole('region', { name: 'New' })).toContainText(sizeOf(`new ${name}`));
    await expect(dialog.getByRole('region', { name: 'Already there' })).toContainText(sizeOf(`old ${name}`));
    await dialog.getByRole('button', { name: answers[name.split('.')[0]!] }).click();
    left.delete(name);
  }
  await expect(dialog).toBeHidden();
  await expect(tray(page).getByText('3 files uploaded')).toBeVisible();
  const grid = page.getByRole('grid');
  const listed = ['both (2).txt', 'both.txt', 'new.txt', 'replace.txt', 'skip.txt'];
  expect(new Set(await namesInList(grid, 5))).toEqual(new Set(listed));
  const texts: Record<string, string> = {};
  for (const entry of await person.entries())
    texts[entry.name] = Buffer.from(await person.read(entry)).toString();
  expect(texts).toEqual({
    'both (2).txt': 'new both.txt',
    'both.txt': 'old both.txt',
    'new.txt': 'new new.txt',
    'replace.txt': 'new replace.txt',
    'skip.txt': 'old skip.txt',
  });
});
