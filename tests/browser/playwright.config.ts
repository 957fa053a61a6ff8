// SPDX-License-Identifier: Apache-2.0
// Debian's Chromium against the real binary. Waits are long, so that a busy machine makes nothing fail; no test is
// tried twice.
import { defineConfig } from '@playwright/test';

const minute = 60_000;

export default defineConfig({
  testDir: 'journeys',
  outputDir: 'test-results',
  workers: 2,
  retries: 0,
  timeout: 4 * minute,
  expect: { timeout: minute },
  forbidOnly: true,
  reporter: [['list']],
  use: {
    actionTimeout: minute,
    navigationTimeout: minute,
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    contextOptions: { reducedMotion: 'reduce' },
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
