import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mailboxPage } from '../../support/mailbox';
import { expect, test } from '../../support/test';

// The browser notes the status of each of these pages; of files that a page needs it never should.
test.use({ allowedOnConsole: /^Failed to load resource: .* status of 404/ });

for (const path of ['/nowhere', '/profile/nowhere', '//evil.example', '/%00', '/pkg/nothing.js']) {
  test(`${path} is a page that says so, with a way on`, async ({ page, server }) => {
    const answer = await page.goto(server.url + path);
    expect(answer?.status()).toBe(404);
    expect(answer?.headers()['content-security-policy']).toContain("default-src 'none'");
    expect(new URL(page.url()).origin).toBe(server.url);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await expect(page.getByRole('link').first()).toBeVisible();
  });
}

test('links that somebody crafted with an answer of the framework in them show nothing of it', async ({ page }) => {
  await page.goto('/sign-in?__path=/sign-in&__err=%22pwned%22');
  await expect(page.locator('body')).not.toContainText('pwned');
  await expect(page).toHaveURL('/sign-in');
});

test('the mailbox of development opens by its token, and its frames and links by the cookie of that', async ({ page, door, mailbox }) => {
  await door.signUp();
  await mailbox.codeFor('me@domain.com');
  expect((await page.goto('/dev/mailbox'))?.status()).toBe(404);
  await page.goto(mailboxPage);
  await expect(page.getByText('me@domain.com').first()).toBeVisible();
  await page.getByText('As it looks').first().click();
  await expect(page.frameLocator('iframe').first().getByText(/\d{6}/).first()).toBeVisible();
  await page.getByRole('link', { name: 'See every message there is' }).click();
  await expect(page.getByRole('heading', { name: 'Every message there is' })).toBeVisible();
  await expect(page.frameLocator('iframe').first().locator('body')).toContainText('jdoe');
  expect((await page.goto('/dev/mailbox'))?.status()).toBe(200);
});

test('no page elsewhere on the machine links or frames the mailbox', async ({ browser, server, scripts }) => {
  // Another port is another origin, and under another name another site.
  const elsewhere = createServer((_, answer) => {
    answer.setHeader('content-type', 'text/html');
    answer.end(`<a href="${server.url}${mailboxPage}">link</a><iframe src="${server.url}${mailboxPage}"></iframe>`);
  });
  await new Promise<void>((listening) => elsewhere.listen(0, '127.0.0.1', listening));
  const { port } = elsewhere.address() as AddressInfo;
  // Not the test's own: it would complain about requests to elsewhere.
  const context = await browser.newContext({ javaScriptEnabled: scripts });
  const page = await context.newPage();
  expect((await page.goto(server.url + mailboxPage))?.status()).toBe(200);
  const answered: number[] = [];
  page.on('response', (answer) => void (answer.url().includes('/dev/') && answered.push(answer.status())));
  for (const host of ['127.0.0.1', 'localhost']) {
    await page.goto(`http://${host}:${port}/`);
    await page.getByRole('link').click();
    await expect(page.getByText('404').first()).toBeVisible();
  }
  expect(answered).toEqual([404, 404, 404, 404]);
  await context.close();
  elsewhere.close();
});
