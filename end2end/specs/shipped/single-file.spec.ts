import { copyFileSync, existsSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, expect } from '@playwright/test';
import { awake } from '../../support/awake';
import { mailboxPage } from '../../support/mailbox';
import { listen } from '../../support/quiet';
import { binary, Server } from '../../support/server';

// Alone: the program copied to an empty folder, with nothing of the checkout beside it.
const test = base.extend<{ alone: Server }>({
  alone: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'nameplate-alone-'));
    copyFileSync(binary, join(folder, 'nameplate'));
    const server = await Server.start({ folder, binary: join(folder, 'nameplate') });
    await use(server);
    await server.end();
  },
});

test('one file, copied alone to an empty folder, serves its pages, and their islands wake up', async ({ alone, context, page }) => {
  const heard = listen(context, alone.url);
  await page.goto(`${alone.url}/sign-in`);
  await awake(page);
  await page.getByRole('textbox', { name: 'Password' }).fill('something');
  await page.getByRole('button', { name: 'Show password' }).click();
  await expect(page.getByRole('textbox', { name: 'Password' })).toHaveAttribute('type', 'text');
  expect(await page.evaluate(() => getComputedStyle(document.body).fontFamily)).not.toMatch(/^"?Times/);
  expect(heard).toEqual([]);
  expect(readdirSync(alone.folder).sort()).toEqual(['data', 'nameplate']);
  expect(existsSync(join(alone.folder, 'data'))).toBe(true);
});

test('it says at start where it answers, where the mailbox is and where its data is', async ({ alone }) => {
  await expect.poll(() => alone.log).toContain(alone.url);
  expect(alone.log).toContain(`${alone.url}${mailboxPage}`);
  expect(alone.log).toContain(join(alone.folder, 'data'));
});
