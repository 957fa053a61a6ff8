// SPDX-License-Identifier: Apache-2.0
// Files that mean harm. Whatever they are called and hold, no script of theirs ever runs in a page: not in a preview,
// not under their own address in a frame or a tab, neither for a visitor nor for somebody signed in.
import type { BrowserContext, Locator, Page } from '@playwright/test';
import { expect, test } from '../fixtures';
import type { Entry, Person } from '../satchel';
import { row, signIn, tray } from '../steps';

const script = [
  `document.documentElement.dataset.planted = document.cookie || 'ran'`,
  `fetch('/planted?' + encodeURIComponent(document.cookie))`,
  `new Image().src = '/planted'`,
  `try { top.postMessage('planted', '*'); top.document.documentElement.dataset.planted = 'from below' } catch {}`,
  `alert('planted')`,
].join(';');
const html = `<!doctype html><title>x</title><script>${script}</script><img src=x onerror="${script}"><body onload="${script}">`;
const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" onload="${script}"><script>${script}</script></svg>`;
const pdfScript = `app.alert\\('planted'\\);app.launchURL\\('/planted'\\);this.submitForm\\('/planted'\\)`;
const pdfText = 'BT /F 24 Tf 20 100 Td (Hello from a document) Tj ET';
const pdf = `%PDF-1.7
1 0 obj<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(${pdfScript})>>>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>/AA<</O<</S/JavaScript/JS(${pdfScript})>>>>>>endobj
4 0 obj<</Length ${pdfText.length}>>stream
${pdfText}
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
trailer<</Root 1 0 R>>
%%EOF`;
const nameWithHtml = '<img src=x onerror=alert(document.domain)>.txt';

const samples = [
  { name: 'page.html', mimeType: 'text/html', text: html },
  {
    name: 'page.xhtml',
    mimeType: 'application/xhtml+xml',
    text: `<html xmlns="http://www.w3.org/1999/xhtml"><script>${script}</script></html>`,
  },
  { name: 'drawing.svg', mimeType: 'image/svg+xml', text: svg },
  { name: 'photo.jpg', mimeType: 'text/html', text: html },
  { name: 'notes.txt', mimeType: 'text/html', text: html },
  { name: 'no extension', mimeType: 'text/html', text: html },
  { name: 'document.pdf', mimeType: 'application/pdf', text: pdf },
  { name: nameWithHtml, mimeType: 'text/html', text: html },
];

/** What the browser reports of files without a page: the store's own policy, and that no icon is named. */
const ofBareFiles = [/\/objects\//, /\/favicon\.ico\)$/];

/** What a planted script would leave behind. */
class Traces {
  readonly found: string[] = [];

  constructor(private readonly context: BrowserContext) {
    context.on('request', (request) => {
      if (request.url().includes('/planted')) this.found.push(`asked for ${request.url()}`);
    });
    context.on('dialog', (dialog) => {
      this.found.push(`said ${dialog.message()}`);
      void dialog.accept().catch(() => undefined);
    });
  }

  async all(): Promise<string[]> {
    for (const page of this.context.pages()) {
      for (const frame of page.frames()) {
        const mark = await frame
          .evaluate(() => document.documentElement?.dataset?.['planted'])
          .catch(() => undefined);
        if (mark) this.found.push(`marked ${frame.url()}: ${mark}`);
      }
    }
    return this.found;
  }
}

test('what looks for planted scripts finds them', async ({ browser, satchel }) => {
  const context = await browser.newContext();
  const traces = new Traces(context);
  await context.route('**/unprotected/**', (route) =>
    route.fulfill({
      contentType: route.request().url().endsWith('.svg') ? 'image/svg+xml' : 'text/html',
      body: route.request().url().endsWith('.svg') ? svg : html,
    }),
  );
  for (const name of ['page.html', 'drawing.svg']) {
    const page = await context.newPage();
    await page.goto(`${satchel.url}/unprotected/${name}`);
    await expect.poll(() => traces.all()).toContainEqual(expect.stringContaining('marked'));
    await expect.poll(() => traces.found).toContainEqual('said planted');
    await expect.poll(() => traces.found).toContainEqual(expect.stringContaining('asked for'));
    traces.found.length = 0;
    await page.close();
  }
  await context.close();
});

/** Opens an address as a tab of its own; an attachment becomes a download instead. */
async function openInTab(page: Page, url: string): Promise<void> {
  const tab = await page.context().newPage();
  const saved = tab.waitForEvent('download').then(
    () => undefined,
    () => undefined,
  );
  const shown = tab.goto(url, { waitUntil: 'load' }).then(
    () => undefined,
    () => saved,
  );
  await Promise.race([saved, shown]);
  await tab.close();
}

async function openInFrame(page: Page, url: string): Promise<void> {
  const saved = page.waitForEvent('download').then(
    () => undefined,
    () => undefined,
  );
  const shown = page.evaluate(
    (address) =>
      new Promise<void>((resolve) => {
        const frame = document.createElement('iframe');
        frame.onload = () => resolve();
        frame.src = address;
        document.body.append(frame);
      }),
    url,
  );
  await Promise.race([saved, shown]);
}

const addressBy = (person: Person, entry: Entry, inline: boolean) =>
  person
    .api<{ url: string }>('POST', '/api/v1/downloads', {
      entry: entry.id,
      inline,
    })
    .then(({ url }) => url);

async function upload(page: Page, given: { name: string; mimeType: string; text: string }[]): Promise<void> {
  await page
    .getByTestId('pick-files')
    .setInputFiles(given.map(({ name, mimeType, text }) => ({ name, mimeType, buffer: Buffer.from(text) })));
  await expect(tray(page).getByText(/^\s*\d+ files? uploaded/)).toBeVisible();
  for (const { name } of given) await expect(row(page, name)).toBeVisible();
}

/** Opens the preview of a file of mine, and closes it when `seen` has passed. */
async function preview(page: Page, name: string, seen: (dialog: Locator) => Promise<void>): Promise<void> {
  await row(page, name).locator('time').dblclick();
  const dialog = page.getByRole('dialog', { name });
  await expect(dialog).toBeVisible();
  await expect(dialog.getByText('Loading…')).toHaveCount(0);
  await seen(dialog);
  await dialog.getByRole('button', { name: 'Close' }).click();
  await expect(dialog).toBeHidden();
}

async function openLink(visitor: Page, person: Person, name: string): Promise<void> {
  const link = await person.share(await person.entry(name));
  await visitor.goto(link.url);
  await expect(visitor.getByRole('heading', { name })).toBeVisible();
  await expect(visitor.getByText('Loading…')).toHaveCount(0);
}

test('hostile files never run a script, and their names never become elements', async ({
  page,
  person,
  visitor,
  watch,
}) => {
  watch.allow(...ofBareFiles);
  const traces = [new Traces(page.context()), new Traces(visitor.context())];
  const expectNone = async () => {
    for (const one of traces) expect(await one.all()).toEqual([]);
    for (const one of [page, visitor]) await expect(one.locator('img[onerror], img[src="x"]')).toHaveCount(0);
  };

  await signIn(page, person);
  await upload(page, samples);
  await expectNone();
  await page.getByRole('button', { name: 'Close uploads' }).click();
  await test.step('previews of the owner', async () => {
    for (const { name } of samples) await preview(page, name, expectNone);
  });
  await test.step('previews of a visitor', async () => {
    for (const { name } of samples) {
      await openLink(visitor, person, name);
      await expectNone();
    }
  });
  await test.step('their own address', async () => {
    for (const { name } of samples) {
      const entry = await person.entry(name);
      for (const inline of [true, false]) {
        for (const one of [page, visitor]) {
          await openInTab(one, await addressBy(person, entry, inline));
          await openInFrame(one, await addressBy(person, entry, inline));
          await expectNone();
        }
      }
    }
  });
});

test('a PDF is drawn by the page, its scripts left aside', async ({ page, person, visitor, watch }) => {
  watch.allow(...ofBareFiles);
  const traces = [new Traces(page.context()), new Traces(visitor.context())];
  const expectDrawn = async (where: Locator) => {
    await expect(where.getByText('Hello from a document')).toBeAttached();
    const inked = () =>
      where.locator('canvas').first().evaluate((canvas: HTMLCanvasElement) => {
        const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
        return data.some((red, at) => at % 4 === 0 && red < 128 && data[at + 3] === 255);
      });
    await expect.poll(inked).toBe(true);
    for (const one of traces) expect(await one.all()).toEqual([]);
  };
  await signIn(page, person);
  await upload(page, [{ name: 'document.pdf', mimeType: 'application/pdf', text: pdf }]);
  await preview(page, 'document.pdf', (dialog) => expectDrawn(dialog));
  await openLink(visitor, person, 'document.pdf');
  await expectDrawn(visitor.locator('main'));
});
