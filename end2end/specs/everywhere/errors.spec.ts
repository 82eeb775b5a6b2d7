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

test('the mailbox of development is a page, too', async ({ page, door }) => {
  await door.signUp();
  await page.goto('/dev/mailbox');
  await expect(page.getByText('me@domain.com').first()).toBeVisible();
});
