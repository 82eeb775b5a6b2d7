import { existsSync } from 'node:fs';
import { defineConfig, devices } from '@playwright/test';
import type { Options } from './support/test';

// Debian's browser where it is, else the one that `npx playwright install chromium` has fetched.
const installed = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path));
const asRoot = process.getuid?.() === 0;

const desktop = { ...devices['Desktop Chrome'], viewport: { width: 1280, height: 900 } };
const phone = { ...desktop, viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

export default defineConfig<Options>({
  testDir: 'specs',
  outputDir: 'results',
  forbidOnly: !!process.env.CI,
  // On a machine that builds at the same time a page can be late. A test that passes only at a later try fails all the same,
  // unless it stands in flaky.ts with a reason.
  retries: process.env.CI ? 2 : 0,
  fullyParallel: true,
  workers: 2,
  timeout: 45_000,
  expect: { timeout: 7_000 },
  reporter: [['list'], ['./support/flaky-reporter.ts']],
  use: {
    locale: 'en-US',
    timezoneId: 'UTC',
    screenshot: 'only-on-failure',
    contextOptions: { reducedMotion: 'reduce' },
    launchOptions: {
      executablePath: installed,
      args: [
        ...(asRoot ? ['--no-sandbox'] : []),
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
      // What Back shows after Sign out depends on the page cache that Playwright turns off.
      ignoreDefaultArgs: ['--disable-back-forward-cache'],
    },
  },
  projects: [
    { name: 'js-on', testMatch: ['everywhere/*.spec.ts', 'scripts/*.spec.ts'], use: desktop },
    { name: 'js-off', testMatch: ['everywhere/*.spec.ts', 'no-scripts/*.spec.ts'], use: { ...desktop, javaScriptEnabled: false } },
    { name: 'phone', testMatch: ['everywhere/main-job.spec.ts', 'looks/*.spec.ts'], use: phone },
    { name: 'desktop', testMatch: 'looks/*.spec.ts', use: desktop },
    { name: 'shipped', testMatch: 'shipped/*.spec.ts', use: desktop },
    // The clients that were written for Cognito, with node_modules of their own: make clients.
    { name: 'clients', testDir: 'clients', testMatch: '*.spec.ts', timeout: 90_000 },
    { name: 'example', testMatch: 'example/*.spec.ts', use: desktop },
    { name: 'watch', testMatch: 'watch/*.spec.ts', use: desktop, timeout: 20 * 60_000 },
  ],
});
