// SPDX-License-Identifier: Apache-2.0
// The list, without a mouse and with one.
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures';
import { row, signIn } from '../steps';

async function tabIntoList(page: Page): Promise<void> {
  const inList = () =>
    page.evaluate(() => document.activeElement?.matches('[role="row"][data-name]') ?? false);
  for (let presses = 0; presses < 40 && !(await inList()); presses++) await page.keyboard.press('Tab');
  expect(await inList()).toBe(true);
}

test('arrows, selection, rename, delete and undo work by keyboard alone', async ({ page, person, files }) => {
  await person.put(
    ...(await files.make({
      'apple.txt': '1',
      'berry.txt': '2',
      'cherry.txt': '3',
    })),
  );
  await signIn(page, person);
  await expect(row(page, 'cherry.txt')).toBeVisible();
  const selected = page.locator('[role="row"][aria-selected="true"]');

  await tabIntoList(page);
  await expect(row(page, 'apple.txt')).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(row(page, 'berry.txt')).toBeFocused();
  await expect(selected).toHaveCount(1);
  await page.keyboard.press('Shift+ArrowDown');
  await expect(selected).toHaveCount(2);
  await page.keyboard.press('Control+a');
  await expect(selected).toHaveCount(3);
  await expect(page.getByRole('toolbar', { name: 'Selection' })).toContainText('3 selected');
  await page.keyboard.press('Escape');
  await expect(selected).toHaveCount(0);
  await page.keyboard.press('Home');
  await page.keyboard.press('Space');
  await expect(selected).toHaveCount(0);
  await page.keyboard.press('Space');
  await expect(row(page, 'apple.txt')).toHaveAttribute('aria-selected', 'true');

  await page.keyboard.press('F2');
  await expect(page.getByRole('dialog', { name: 'Rename' }).getByLabel('Name')).toBeFocused();
  await page.keyboard.type('apricot'); // the stem is selected, the extension stays
  await page.keyboard.press('Enter');
  await expect(row(page, 'apricot.txt')).toBeFocused();
  await expect(row(page, 'apple.txt')).toHaveCount(0);

  await page.keyboard.press('End');
  await expect(row(page, 'cherry.txt')).toBeFocused();
  await page.keyboard.press('Delete');
  await expect(page.getByText('“cherry.txt” is in the trash')).toBeVisible();
  await expect(row(page, 'cherry.txt')).toHaveCount(0);
  await page.keyboard.press('Control+z');
  await expect(row(page, 'cherry.txt')).toBeVisible();

  await tabIntoList(page);
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog', { name: 'apricot.txt' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(row(page, 'apricot.txt')).toBeFocused();
  expect((await person.entries()).map(({ name }) => name).sort()).toEqual([
    'apricot.txt',
    'berry.txt',
    'cherry.txt',
  ]);
});

test('the keyboard stays in the list: into a folder and up, past deleted rows and back', async ({
  page,
  person,
  files,
}) => {
  await files.make({ 'folder/inside.txt': 'x', 'folder/other.txt': 'x' });
  const loose = { 'a.txt': '1', 'b.txt': '2', 'c.txt': '3' };
  await person.put(`${files.folder}/folder`, ...(await files.make(loose)));
  await person.api('POST', '/api/v1/folders', { parent: await person.root(), path: 'hollow' });
  await signIn(page, person);
  await expect(row(page, 'c.txt')).toBeVisible();
  await tabIntoList(page);
  await expect(row(page, 'folder')).toBeFocused();

  await page.keyboard.press('Enter');
  await expect(row(page, 'inside.txt')).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(row(page, 'other.txt')).toBeFocused();
  await page.keyboard.press('Backspace');
  await expect(row(page, 'folder')).toBeFocused();

  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'This folder is empty' })).toBeVisible();
  await page.keyboard.press('Backspace');
  await expect(row(page, 'folder')).toBeFocused();

  await page.keyboard.press('End');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Delete');
  await expect(row(page, 'b.txt')).toHaveCount(0);
  await expect(row(page, 'c.txt')).toBeFocused();
  await page.keyboard.press('Delete');
  await expect(row(page, 'c.txt')).toHaveCount(0);
  await expect(row(page, 'a.txt')).toBeFocused();
  await page.keyboard.press('Control+z');
  await expect(row(page, 'c.txt')).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await expect(row(page, 'c.txt')).toBeFocused();

  await page.getByLabel('Filter this folder').fill('tx');
  await page.keyboard.press('Backspace');
  await expect(page.getByLabel('Filter this folder')).toHaveValue('t');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Files');
});

test('a double click opens the row that it was made on', async ({ page, person, files }) => {
  const names = ['apple.txt', 'berry.txt', 'cherry.txt'];
  await person.put(...(await files.make(Object.fromEntries(names.map((name) => [name, name])))));
  await signIn(page, person);
  for (const name of names) {
    await row(page, name).locator('time').dblclick();
    await expect(page.getByRole('dialog', { name })).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await page.keyboard.press('Escape');
    await expect(page.getByRole('toolbar', { name: 'Selection' })).toHaveCount(0);
  }
});
