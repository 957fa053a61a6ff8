// SPDX-License-Identifier: Apache-2.0
// How people get in: the first administrator, the sign-in, an invitation.
import { expect, test } from '../fixtures';
import { Satchel } from '../satchel';
import { expectInside, fillSignIn, signIn } from '../steps';

test('the first administrator sets up by the printed link, signs out and in; a wrong password is told', async ({
  page,
  watch,
}) => {
  watch.allowStatus(401);
  const fresh = await Satchel.start();
  try {
    await expect.poll(() => fresh.setUpLink()).toBeTruthy();
    await page.goto(fresh.setUpLink()!);
    await expect(page.getByRole('heading', { name: 'Welcome to Satchel' })).toBeVisible();
    await expect(page).not.toHaveURL(/#/);
    await page.getByLabel('Name').fill('Ann Example');
    await page.getByLabel('E-mail').fill('ann@example.org');
    await page.getByLabel('Password', { exact: true }).fill('correct horse battery');
    await page.getByRole('button', { name: 'Start using Satchel' }).click();
    await expectInside(page);
    await expect(page.getByRole('link', { name: 'People' })).toBeVisible();

    await page.getByRole('button', { name: /^Account menu of Ann Example/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();

    await page.goto(`${fresh.url}/files`);
    await fillSignIn(page, 'ann@example.org', 'not the password');
    await expect(page.getByRole('alert').filter({ hasText: /\w/ })).toBeVisible();
    await expect(page).toHaveURL(/\/signin/);
    await fillSignIn(page, 'ann@example.org', 'correct horse battery');
    await expectInside(page);

    await page.goto(fresh.setUpLink()!);
    await expect(page.getByRole('heading', { name: 'Satchel is set up' })).toBeVisible();
  } finally {
    await page.close();
    await fresh.stop();
  }
});

test('an administrator invites; the invited chooses a password, is in, and signs in again', async ({
  page,
  satchel,
  visitor,
  watch,
}) => {
  watch.allowStatus(404, 410);
  await signIn(page, await satchel.addPerson({ admin: true }));
  await page.getByRole('link', { name: 'People' }).click();
  await page.getByRole('button', { name: 'Invite', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'Invite a person' });
  await dialog.getByLabel('E-mail').fill('bob@example.org');
  await dialog.getByLabel('Name (optional)').fill('Bob');
  await dialog.getByRole('button', { name: 'Create invitation' }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText('The invitation for bob@example.org is ready')).toBeVisible();
  await expect(page.getByRole('listitem').filter({ hasText: 'bob@example.org' })).toContainText('Invited');
  const invitation = await page.getByLabel('Link', { exact: true }).inputValue();

  await visitor.goto(invitation);
  await expect(visitor.getByText('Choose a password for bob@example.org')).toBeVisible();
  await expect(visitor.getByLabel('Name')).toHaveValue('Bob');
  await visitor.getByLabel('Password', { exact: true }).fill('bobs own pass phrase');
  await visitor.getByRole('button', { name: 'Join Satchel' }).click();
  await expectInside(visitor);
  await expect(visitor.getByRole('link', { name: 'People' })).toHaveCount(0);
  await visitor.getByRole('button', { name: /^Account menu of Bob/ }).click();
  await visitor.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(visitor.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await signIn(visitor, {
    email: 'bob@example.org',
    password: 'bobs own pass phrase',
  });

  await visitor.goto(invitation);
  await expect(visitor.getByRole('heading', { name: 'This invitation no longer works' })).toBeVisible();
});
