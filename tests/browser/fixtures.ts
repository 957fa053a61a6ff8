// SPDX-License-Identifier: Apache-2.0
// What every journey has: a running Satchel, a person of its own, a visitor with a clean profile, a folder for files,
// and a watch that fails the test on any console error, page error, policy violation or dialog it did not expect.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test as base, type BrowserContext, type Page } from '@playwright/test';
import { Person, Satchel } from './satchel';

export { expect } from '@playwright/test';

export class Watch {
  readonly faults: string[] = [];
  private readonly allowed: RegExp[] = [];

  /** The browser itself reports refused requests as errors: those that a journey is about are named by it. */
  allow(...patterns: RegExp[]): void {
    this.allowed.push(...patterns);
  }

  allowStatus(...statuses: number[]): void {
    for (const status of statuses)
      this.allow(new RegExp(`Failed to load resource: .* status of ${status}\\b`));
  }

  over(context: BrowserContext): void {
    context.on('console', (message) => {
      if (message.type() === 'error') this.fault(`console: ${message.text()} (${message.location().url})`);
    });
    context.on('weberror', (error) => this.fault(`page: ${error.error().stack ?? error.error().message}`));
    context.on('dialog', (dialog) => {
      if (dialog.type() !== 'beforeunload') this.fault(`dialog: ${dialog.message()}`);
      void dialog.accept().catch(() => undefined);
    });
  }

  private fault(text: string): void {
    this.faults.push(text);
  }

  unexpected(): string[] {
    return this.faults.filter((fault) => !this.allowed.some((pattern) => pattern.test(fault)));
  }
}

/** Files of this machine for a journey to take. */
export class Files {
  constructor(readonly folder: string) {}

  async make(contents: Record<string, string | Uint8Array>): Promise<string[]> {
    const paths: string[] = [];
    for (const [name, bytes] of Object.entries(contents)) {
      const path = join(this.folder, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, bytes);
      paths.push(path);
    }
    return paths;
  }
}

interface Each {
  watch: Watch;
  person: Person;
  visitor: Page;
  files: Files;
}

export const test = base.extend<Each, { satchel: Satchel }>({
  satchel: [
    async ({}, use) => {
      const satchel = await Satchel.start();
      await satchel.addPerson({ admin: true });
      await use(satchel);
      await satchel.stop();
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  baseURL: async ({ satchel }, use) => use(satchel.url),
  watch: [
    async ({ context }, use) => {
      const watch = new Watch();
      watch.over(context);
      await use(watch);
      expect(watch.unexpected()).toEqual([]);
    },
    { auto: true },
  ],
  person: async ({ satchel }, use) => use(await satchel.addPerson()),
  visitor: async ({ browser, watch }, use) => {
    const context = await browser.newContext();
    watch.over(context);
    await use(await context.newPage());
    await context.close();
  },
  files: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'satchel-files-'));
    await use(new Files(folder));
    await rm(folder, { recursive: true, force: true });
  },
});
