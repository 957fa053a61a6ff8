// SPDX-License-Identifier: Apache-2.0
// Long and rough: 5 GiB through a proxy with a small cap, the tab killed at 60 % and opened again, part addresses and
// access tokens that live for seconds, the server restarted at 80 %. SATCHEL_LONG_GIB sets another size.
import { execFileSync } from 'node:child_process';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '../fixtures';
import { Proxy } from '../proxy';
import { freePort, Satchel, sha256OfFile } from '../satchel';
import { dragIn, signIn, tray } from '../steps';

const minute = 60_000;
const gib = Number(process.env['SATCHEL_LONG_GIB'] ?? 5);
const partSize = 8 * 1024 * 1024;
const lanes = 6;

/** Bytes that do not compress and do not repeat, as fast as the disk takes them. */
function randomFile(path: string, size: number): void {
  const zeros = '0'.repeat(32);
  const cipher = `openssl enc -aes-128-ctr -nosalt -K ${zeros} -iv ${zeros}`;
  execFileSync('sh', ['-c', `head -c ${size} /dev/zero | ${cipher}`], { stdio: ['ignore', openSync(path, 'w'), 'inherit'] });
}

test('5 GiB survive a killed tab, a restart, and addresses and tokens that expire', async ({
  context,
  page,
  files,
  watch,
}) => {
  test.setTimeout(20 * minute);
  watch.allowStatus(401, 403, 502, 504); // tokens and addresses that expired, a server that is away
  const port = await freePort();
  const satchel = await Satchel.start({
    url: `http://localhost:${port}`,
    environment: { SATCHEL_UPLOAD_URL_LIFETIME: '2s', SATCHEL_ACCESS_TOKEN_LIFETIME: '3s' },
  });
  const proxy = await Proxy.start(port, satchel.port);
  const person = await satchel.addPerson({ admin: true });
  const size = Math.floor(gib * 1024 ** 3);
  const parts = Math.ceil(size / partSize);
  const path = join(files.folder, 'large.bin');
  randomFile(path, size);
  const sent = () => proxy.partsSent();
  const reaches = (share: number) =>
    expect.poll(sent, { timeout: 10 * minute, intervals: [100] }).toBeGreaterThanOrEqual(parts * share);

  await signIn(page, person, satchel.url);
  await dragIn(page, path, () => expect(page.getByTestId('drop-overlay')).toBeVisible());
  await reaches(0.6);
  await page.close({ runBeforeUnload: false });
  const before = await sent();
  expect(before).toBeLessThan(parts);

  const again = await context.newPage();
  await again.goto(`${satchel.url}/files`);
  await expect(tray(again).getByText('1 upload to continue')).toBeVisible();
  await again.getByTestId('choose-again').setInputFiles(path);
  await reaches(0.8);
  await satchel.restart();
  await expect(tray(again).getByText('1 file uploaded')).toBeVisible({ timeout: 10 * minute });
  const twice = (await sent()) - parts;
  console.log(`${parts} parts, ${before} sent before the kill, ${twice} sent again`);
  expect(twice, 'at most one part a lane for the kill, and one for the restart').toBeLessThanOrEqual(2 * lanes);
  expect(await person.sha256Of(await person.entry('large.bin'))).toBe(await sha256OfFile(path));
  await proxy.stop();
  await satchel.stop();
});
