import { join } from 'node:path';
import { type Page, test } from '@playwright/test';

const wanted = process.env.PICTURES === '1';

/** A picture of this state in both themes, into end2end/pictures, when PICTURES=1. */
export async function picture(page: Page, name: string): Promise<void> {
  if (!wanted) return;
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.screenshot({ path: join('pictures', test.info().project.name, `${name}-${colorScheme}.png`), fullPage: true });
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: 'reduce' });
}

/** The picture in the README, when UPDATE_SCREENSHOT=1. */
export async function screenshotForReadme(page: Page): Promise<void> {
  if (process.env.UPDATE_SCREENSHOT !== '1' || test.info().project.name !== 'desktop') return;
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  await page.screenshot({ path: '../docs/screenshot.png', clip: { x: 0, y: 0, width: 1280, height: 848 } });
}
