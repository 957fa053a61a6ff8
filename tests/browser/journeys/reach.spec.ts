// SPDX-License-Identifier: Apache-2.0
// For everybody: no violation that axe finds, in both themes, and no sideways scroll on the narrowest screen.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures';
import { dragIn, expectInside, fillSignIn, row, signIn, tray } from '../steps';

const axeFile = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** axe is no part of the page: the policy would keep it out. */
async function letAxeIn(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Page.setBypassCSP', { enabled: true });
}

async function violations(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(await readFile(axeFile, 'utf8'));
  return page.evaluate(async (values) => {
    await Promise.allSettled(document.getAnimations().map((one) => one.finished)); // colours on their way
    const options: RunOptions = {
      runOnly: { type: 'tag', values },
      resultTypes: ['violations'],
    };
    const axe = (
      window as unknown as {
        axe: { run(options: RunOptions): Promise<AxeResults> };
      }
    ).axe;
    const { violations } = await axe.run(options);
    return violations.flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id}: ${node.html} (${node.failureSummary})`),
    );
  }, tags);
}

async function expectAccessible(page: Page, state: string): Promise<void> {
  await test.step(state, async () => expect.soft(await violations(page), state).toEqual([]));
}

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(`axe finds nothing in the ${colorScheme} theme`, () => {
    test.use({ colorScheme });

    test('on the pages of a person', async ({ page, satchel, files, watch }) => {
      watch.allowStatus(409);
      const person = await satchel.addPerson({ admin: true });
      await files.make({ 'folder/inside.txt': 'x' });
      await person.put(
        `${files.folder}/folder`,
        ...(await files.make({
          'a.txt': 'a',
          'picture.png': 'p',
          'gone.txt': 'g',
        })),
      );
      await person.share(await person.entry('a.txt'), {
        password: 'secret',
        max_downloads: 5,
      });
      await letAxeIn(page);
      await page.goto('/files');
      await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
      await expectAccessible(page, 'sign-in');
      await fillSignIn(page, person.email, person.password);
      await expectInside(page);
      await row(page, 'gone.txt').click();
      await page.keyboard.press('Delete');
      await expect(row(page, 'gone.txt')).toHaveCount(0);
      await expectAccessible(page, 'files with a notice');

      await row(page, 'a.txt').click();
      await page.getByRole('button', { name: 'Select folder' }).or(page.getByLabel('Select folder')).check();
      await expect(page.getByText('2 selected')).toBeVisible();
      await expectAccessible(page, 'files with a selection');
      await page.getByRole('button', { name: 'Actions for a.txt' }).click();
      await expect(page.getByRole('menu')).toBeVisible();
      await expectAccessible(page, 'files with a menu');
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Share a.txt' }).click();
      const dialog = page.getByRole('dialog', { name: 'Share “a.txt”' });
      await dialog.getByRole('button', { name: 'Create another link' }).click();
      await dialog.getByLabel('Ask for a password').check();
      await expectAccessible(page, 'the link dialog');
      await dialog.getByRole('button', { name: 'Create link' }).click();
      await expect(dialog.getByText('Your link is ready')).toBeVisible();
      await expectAccessible(page, 'a new link');
      await dialog.getByRole('button', { name: 'Done' }).click();
      const [path] = await files.make({ 'dropped.txt': 'd' });
      await dragIn(page, path!, () => expect(page.getByTestId('drop-overlay')).toBeVisible());
      await expect(tray(page).getByText('1 file uploaded')).toBeVisible();
      await expectAccessible(page, 'the tray');
      const again = { name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('another') };
      await page.getByTestId('pick-files').setInputFiles(again);
      await expect(page.getByRole('region', { name: 'Already there' })).toContainText('1 byte');
      await expectAccessible(page, 'a name that is taken');
      await page.keyboard.press('Escape');

      for (const name of ['Trash', 'My links', 'People']) {
        await page.getByRole('link', { name, exact: true }).click();
        await expect(page.getByRole('heading', { name, level: 1 })).toBeVisible();
        await expectAccessible(page, name);
      }
      await page.getByRole('button', { name: /^Account menu of/ }).click();
      await page.getByRole('menuitem', { name: 'Account' }).click();
      await expect(page.getByRole('heading', { name: 'Account', level: 1 })).toBeVisible();
      await expect(page.getByText('This session')).toBeVisible();
      await expectAccessible(page, 'account');
    });

    test('on the public pages', async ({ person, visitor, files, watch, satchel }) => {
      watch.allowStatus(401, 404);
      await files.make({
        'folder/deep/inside.txt': 'x',
        'folder/text.txt': 'some text',
      });
      await person.put(`${files.folder}/folder`, ...(await files.make({ 'note.txt': 'a note' })));
      const note = await person.entry('note.txt');
      const folder = await person.share(await person.entry('folder'), {
        expires: new Date(Date.now() + 3_600_000).toISOString(),
      });
      const file = await person.share(note);
      const locked = await person.share(note, { password: 'secret' });
      await letAxeIn(visitor);

      await visitor.goto(file.url);
      await expect(visitor.getByText('a note')).toBeVisible();
      await expectAccessible(visitor, 'a file');
      await visitor.goto(folder.url);
      await expect(visitor.getByText('text.txt')).toBeVisible();
      await expectAccessible(visitor, 'a folder');
      await visitor.getByRole('button', { name: /^text\.txt/ }).click();
      await expect(visitor.getByText('some text')).toBeVisible();
      await expectAccessible(visitor, 'a file of a folder');
      await visitor.goto(locked.url);
      await expect(visitor.getByRole('heading', { name: 'This link has a password' })).toBeVisible();
      await expectAccessible(visitor, 'a password');
      await visitor.goto(`${satchel.url}/s/unknown`);
      await expect(visitor.getByTestId('over-unknown')).toBeVisible();
      await expectAccessible(visitor, 'an unknown link');
    });
  });
}

async function expectNoSidewaysScroll(page: Page, state: string): Promise<void> {
  const width = () =>
    page.evaluate(() => Math.max(document.documentElement.scrollWidth, document.body.scrollWidth));
  await expect.soft.poll(width, { message: state }).toBeLessThanOrEqual(320);
}

test('320 pixels are wide enough for every main page', async ({ page, satchel, files, visitor }) => {
  const person = await satchel.addPerson({ admin: true });
  const long = `a-very-long-name-without-any-space-${'x'.repeat(120)}.txt`;
  await files.make({ 'folder/text.txt': 'some text', [`folder/${long}`]: 'x' });
  await person.put(`${files.folder}/folder`, ...(await files.make({ [long]: 'a', 'gone.txt': 'g' })));
  await person.api('DELETE', `/api/v1/entries/${(await person.entry('gone.txt')).id}`);
  const link = await person.share(await person.entry('folder'));
  const fileLink = await person.share(await person.entry(long));
  await page.setViewportSize({ width: 320, height: 640 });
  await page.goto('/files');
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await expectNoSidewaysScroll(page, 'sign-in');
  await fillSignIn(page, person.email, person.password);
  await expectInside(page);
  await expect(row(page, long)).toBeVisible();
  await expectNoSidewaysScroll(page, 'files');
  await row(page, long).getByRole('checkbox').check();
  await expect(page.getByRole('toolbar', { name: 'Selection' })).toBeVisible();
  await expectNoSidewaysScroll(page, 'files with a selection');
  await page.getByRole('toolbar', { name: 'Selection' }).getByRole('button', { name: 'Share' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await expectNoSidewaysScroll(page, 'the link dialog');
  await page.keyboard.press('Escape');
  for (const name of ['Trash', 'My links', 'People']) {
    await page.getByRole('link', { name, exact: true }).click();
    await expect(page.getByRole('heading', { name, level: 1 })).toBeVisible();
    await expectNoSidewaysScroll(page, name);
  }
  await page.goto('/account');
  await expect(page.getByText('This session')).toBeVisible();
  await expectNoSidewaysScroll(page, 'account');

  await visitor.setViewportSize({ width: 320, height: 640 });
  await visitor.goto(link.url);
  await expect(visitor.getByText('text.txt')).toBeVisible();
  await expectNoSidewaysScroll(visitor, 'a folder link');
  await visitor.goto(fileLink.url);
  await expect(visitor.getByRole('heading', { name: long })).toBeVisible();
  await expectNoSidewaysScroll(visitor, 'a file link');
});
