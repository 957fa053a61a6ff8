// SPDX-License-Identifier: Apache-2.0
// Steps that several journeys take.
import type { Locator, Page } from '@playwright/test';
import { expect } from './fixtures';
import type { Person } from './satchel';

export async function fillSignIn(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

export async function signIn(page: Page, person: Pick<Person, 'email' | 'password'>, origin = ''): Promise<void> {
  await page.goto(`${origin}/files`);
  await fillSignIn(page, person.email, person.password);
  await expectInside(page);
}

export async function expectInside(page: Page): Promise<void> {
  await expect(page.getByRole('navigation', { name: 'Main' })).toBeVisible();
  await expect(page).toHaveURL(/\/files/);
}

export function row(page: Page, name: string): Locator {
  return page.locator(`[role="row"][data-name="${name}"]`);
}

export function tray(page: Page): Locator {
  return page.getByRole('region', { name: 'Uploads', exact: true });
}

/** A file or folder of this machine, dragged in by the operating system: with entries and handles. */
export async function dragIn(page: Page, path: string, over: () => Promise<void>): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [path], dragOperationsMask: 1 };
  const send = (type: 'dragEnter' | 'dragOver' | 'drop') =>
    session.send('Input.dispatchDragEvent', { type, x: 640, y: 500, data });
  await send('dragEnter');
  await send('dragOver');
  await over();
  await send('drop');
  await session.detach();
}

const rowHeight = 48;

/** Every name of the list, also those that are only in the document while in sight. */
export async function namesInList(grid: Locator, count: number): Promise<string[]> {
  await expect(grid).toHaveAttribute('aria-rowcount', String(count + 1));
  const names = new Map<number, string>();
  for (let next = 2; names.size < count;) {
    await grid.evaluate((element, top) => element.scrollTo(0, top), (next - 2) * rowHeight);
    await expect(grid.locator(`[aria-rowindex="${next}"]`)).toBeAttached();
    const seen = await grid
      .locator('[data-name]')
      .evaluateAll((rows) =>
        rows.map(
          (one) => [Number(one.getAttribute('aria-rowindex')), one.getAttribute('data-name')!] as const,
        ),
      );
    for (const [index, name] of seen) names.set(index, name);
    while (names.has(next)) next++;
  }
  return [...names.values()];
}
