import type { Page } from '@playwright/test';

/** Waits until the islands of this page have woken up: before that, the browser itself submits its forms. */
export async function awake(page: Page): Promise<void> {
  await page.waitForFunction(() => document.documentElement.dataset.awake !== undefined);
}

/** A page that comes back from the page cache has no load to wait for. */
export const cached = { waitUntil: 'commit' } as const;

/** Remembers this document, to tell later whether it is still the same one. */
export async function mark(page: Page): Promise<void> {
  await page.evaluate(() => Object.assign(window, { marked: true }));
}

export async function isMarked(page: Page): Promise<boolean> {
  return page.evaluate(() => 'marked' in window);
}
