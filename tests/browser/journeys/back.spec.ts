// SPDX-License-Identifier: Apache-2.0
// Back, of the browser or of a phone: it closes what lies over the page, and leads from folder to folder.
import { expect, test } from '../fixtures';
import { row, signIn } from '../steps';

test('Back closes the dialog on top and stays; one that closed otherwise leaves nothing behind', async ({
  page,
  person,
  files,
}) => {
  await files.make({ 'folder/one.txt': 'one', 'folder/two.txt': 'two' });
  await person.put(`${files.folder}/folder`);
  await signIn(page, person);
  await row(page, 'folder').getByRole('link', { name: 'folder' }).click();
  await expect(row(page, 'one.txt')).toBeVisible();
  const inFolder = page.url();
  const title = page.getByRole('heading', { level: 1 });
  const dialogs = page.getByRole('dialog');
  /** A step of the page's own through the history takes its time. */
  const expectEntryOfDialog = (wanted: boolean) =>
    expect.poll(() => page.evaluate(() => history.state?.dialog === true)).toBe(wanted);

  await test.step('a preview', async () => {
    await row(page, 'one.txt').getByText('one.txt').click();
    await expect(page.getByRole('dialog', { name: 'one.txt' })).toBeVisible();
    await page.goBack();
    await expect(dialogs).toHaveCount(0);
    await expect(title).toHaveText('folder');
    expect(page.url()).toBe(inFolder);
  });

  await test.step('a dialog that took the place of another', async () => {
    await row(page, 'one.txt').getByText('one.txt').click();
    await page.getByRole('dialog', { name: 'one.txt' }).getByRole('button', { name: 'Share' }).click();
    const share = page.getByRole('dialog', { name: 'Share “one.txt”' });
    await share.getByLabel('Ask for a password').check();
    await page.goBack();
    await expect(share.getByText('The link has not been created yet.')).toBeVisible();
    await page.goBack();
    await expect(dialogs).toHaveCount(0);
    await expect(title).toHaveText('folder');
  });

  await test.step('one that Esc closed, and one that a reload did', async () => {
    await row(page, 'two.txt').getByText('two.txt').click();
    await expect(page.getByRole('dialog', { name: 'two.txt' })).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(dialogs).toHaveCount(0);
    await expectEntryOfDialog(false);
    await row(page, 'two.txt').getByText('two.txt').click();
    await expect(page.getByRole('dialog', { name: 'two.txt' })).toBeVisible();
    await expectEntryOfDialog(true);
    await page.reload();
    await expect(row(page, 'two.txt')).toBeVisible();
    await expect(dialogs).toHaveCount(0);
    await expectEntryOfDialog(false);
    await page.goBack();
    await expect(title).toHaveText('Files');
    await page.goForward();
    await expect(title).toHaveText('folder');
  });

  await test.step('a link within a dialog', async () => {
    const { id } = await person.entry('folder');
    const one = (await person.entries(id)).find(({ name }) => name === 'one.txt')!;
    await person.share(one);
    await row(page, 'one.txt').getByRole('button', { name: 'Share one.txt' }).click();
    await page.getByRole('dialog').getByRole('link', { name: 'My links' }).click();
    await expect(page.getByRole('heading', { name: 'My links', level: 1 })).toBeVisible();
    await expect(dialogs).toHaveCount(0);
    await page.goBack();
    await expect(title).toHaveText('folder');
    await page.goBack();
    await expect(title).toHaveText('Files');
  });
});

test('Back and a reload keep their place within a folder that a link opens', async ({
  person,
  visitor,
  files,
  watch,
}) => {
  await files.make({
    'trip/plan.txt': 'plan',
    'trip/days/one.txt': 'first',
    'trip/days/night/dark.txt': 'dark',
  });
  await person.put(`${files.folder}/trip`);
  const link = await person.share(await person.entry('trip'));
  const list = (name: string) => visitor.getByRole('list', { name: `Content of ${name}` });
  const open = (name: string) => visitor.getByRole('button', { name: new RegExp(`^${name}`) }).click();

  await visitor.goto(link.url);
  await expect(visitor.getByText('1 folder, 1 file, 4 bytes')).toBeVisible();
  await open('days');
  await expect(list('days')).toContainText('one.txt');
  await open('night');
  await expect(list('night')).toContainText('dark.txt');
  await visitor.reload();
  await expect(list('night')).toContainText('dark.txt');
  await visitor.goBack();
  await expect(list('days')).toContainText('one.txt');
  await open('one.txt');
  await expect(visitor.getByRole('dialog', { name: 'one.txt' })).toBeVisible();
  await visitor.goBack();
  await expect(visitor.getByRole('dialog')).toHaveCount(0);
  await expect(list('days')).toContainText('one.txt');
  await visitor.goBack();
  await expect(list('trip')).toContainText('plan.txt');
  await visitor.goForward();
  await expect(list('days')).toContainText('one.txt');
  await visitor.getByRole('navigation', { name: 'Path' }).getByRole('button', { name: 'trip' }).click();
  await expect(list('trip')).toContainText('plan.txt');

  await test.step('a folder that is gone meanwhile leads to what there still is', async () => {
    watch.allowStatus(404);
    const trip = await person.entry('trip');
    const days = (await person.entries(trip.id)).find(({ name }) => name === 'days')!;
    await person.api('DELETE', `/api/v1/entries/${days.id}`);
    await visitor.goto(`${link.url}#${days.id}`);
    await expect(list('trip')).toContainText('plan.txt');
    await expect(visitor).toHaveURL(link.url);
  });
});
