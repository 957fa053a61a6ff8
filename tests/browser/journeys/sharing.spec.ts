// SPDX-License-Identifier: Apache-2.0
// A link, from its making to the download by somebody without an account, and what it says when it is over.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '../fixtures';
import { sha256, sha256OfFile } from '../satchel';
import { row, signIn } from '../steps';

test('a file is shared with password and expiry; a visitor gets it with the right password only', async ({
  page,
  person,
  visitor,
  files,
  watch,
}) => {
  watch.allowStatus(401);
  const bytes = randomBytes(3_000_000);
  await person.put(...(await files.make({ 'report.bin': bytes })));
  await signIn(page, person);
  await page.getByRole('button', { name: 'Share report.bin' }).click();
  const dialog = page.getByRole('dialog', { name: 'Share “report.bin”' });
  await dialog.getByLabel('Expires').selectOption({ label: 'in 1 day' });
  await dialog.getByLabel('Ask for a password').check();
  await dialog.getByLabel('Password of the link').fill('open sesame');
  await dialog.getByRole('button', { name: 'Create link' }).click();
  await expect(dialog.getByText('Your link is ready')).toBeVisible();
  const url = await dialog.getByLabel('Link', { exact: true }).inputValue();
  await dialog.getByRole('button', { name: 'Done' }).click();
  await expect(row(page, 'report.bin')).toContainText('Shared');

  await visitor.goto(url);
  await expect(visitor.getByRole('heading', { name: 'This link has a password' })).toBeVisible();
  await expect(visitor.getByText('report.bin')).toHaveCount(0);
  const password = visitor.getByLabel('Password', { exact: true });
  await password.fill('open barley');
  await visitor.getByRole('button', { name: 'Open' }).click();
  await expect(visitor.getByRole('alert')).toContainText('That password is not the right one');
  await expect(visitor.getByRole('alert')).not.toContainText('request id');
  await password.fill('open sesame');
  await visitor.getByRole('button', { name: 'Open' }).click();
  await expect(visitor.getByRole('heading', { name: 'report.bin' })).toBeVisible();
  await expect(visitor.getByText(/^Available until .+/)).toBeVisible();
  const [download] = await Promise.all([
    visitor.waitForEvent('download'),
    visitor.getByRole('button', { name: 'Download' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('report.bin');
  expect(await sha256OfFile(await download.path())).toBe(sha256(bytes));
  await expect(visitor.getByText('Your download has started.')).toBeVisible();
});

test('expired, withdrawn, used up and unknown links each say so', async ({
  page,
  person,
  visitor,
  files,
  watch,
  satchel,
}) => {
  watch.allowStatus(404, 410);
  await person.put(...(await files.make({ 'a.txt': 'a', 'b.txt': 'b', 'c.txt': 'c' })));
  const expires = new Date(Date.now() + 2_000).toISOString();
  const expired = await person.share(await person.entry('a.txt'), { expires });
  const spent = await person.share(await person.entry('b.txt'), {
    max_downloads: 1,
  });
  const revoked = await person.share(await person.entry('c.txt'));

  await test.step('withdrawn', async () => {
    await visitor.goto(revoked.url);
    await expect(visitor.getByRole('heading', { name: 'c.txt' })).toBeVisible();
    await signIn(page, person);
    await page.getByRole('link', { name: 'My links' }).click();
    await page.getByRole('button', { name: 'Withdraw link of c.txt' }).click();
    await page.getByRole('button', { name: 'Withdraw', exact: true }).click();
    await expect(page.getByText('The link to “c.txt” is withdrawn')).toBeVisible();
    await visitor.reload();
    await expect(visitor.getByTestId('over-revoked')).toContainText('This link was withdrawn');
  });

  await test.step('used up', async () => {
    await visitor.goto(spent.url);
    await expect(visitor.getByText('1 download left')).toBeVisible();
    const [download] = await Promise.all([
      visitor.waitForEvent('download'),
      visitor.getByRole('button', { name: 'Download' }).click(),
    ]);
    expect(await sha256OfFile(await download.path())).toBe(sha256(Buffer.from('b')));
    await visitor.reload();
    await expect(visitor.getByTestId('over-spent')).toContainText('This link is used up');
  });

  await test.step('expired', async () => {
    await expect.poll(() => Date.now()).toBeGreaterThan(Date.parse(expires));
    await visitor.goto(expired.url);
    await expect(visitor.getByTestId('over-expired')).toContainText('This link has expired');
  });

  await test.step('unknown', async () => {
    const token = new URL(revoked.url).pathname.split('/')[2]!;
    const other = token.replace(/[A-Za-z0-9]/g, (letter) => (letter === 'x' ? 'y' : 'x'));
    await visitor.goto(`${satchel.url}/s/${other}`);
    await expect(visitor.getByTestId('over-unknown')).toContainText('There is no such link');
  });
});

/** Path and sum of every file below a folder; of empty folders the path alone. */
async function tree(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of await readdir(folder, { recursive: true })) {
    const path = join(folder, name);
    const isFolder = (await stat(path)).isDirectory();
    if (!isFolder) found[relative(folder, path)] = await sha256OfFile(path);
    else if (!(await readdir(path)).length) found[`${relative(folder, path)}/`] = '';
  }
  return found;
}

test('“Download all” of a folder link is a ZIP that others read', async ({ person, visitor, files }) => {
  const contents = {
    'trip/notes.txt': 'seven days',
    'trip/empty.txt': '',
    'trip/Zürich – Ägäis 日本.txt': 'names in UTF-8',
    'trip/pictures/one.bin': randomBytes(2_500_000),
    'trip/pictures/deeper/two.bin': randomBytes(10_000),
  };
  await files.make(contents);
  await person.put(join(files.folder, 'trip'));
  const link = await person.share(await person.entry('trip'));
  await visitor.goto(link.url);
  await expect(visitor.getByRole('list', { name: 'Content of trip' }).getByRole('listitem')).toHaveCount(4);
  const [download] = await Promise.all([
    visitor.waitForEvent('download'),
    visitor.getByRole('button', { name: 'Download all' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('trip.zip');
  const archive = await download.path();
  await expect(visitor.getByText('trip.zip is complete')).toBeAttached();
  const unpacked = join(files.folder, 'unpacked');
  await promisify(execFile)('unzip', ['-q', archive, '-d', unpacked], {
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
  });
  expect(await tree(unpacked)).toEqual(await tree(join(files.folder, 'trip')));
});
