import { jane, john } from '../../support/people';
import { expect, test } from '../../support/test';

test.describe('a page that was opened for another account', () => {
  test.use({ allowedOnConsole: /409|ERR_FAILED/ });

  test.beforeEach(async ({ door }) => {
    await door.enter(john);
    await door.signOut();
    await door.enter(jane);
  });

  test('saves nothing into the one that is signed in by now', async ({ page, context, profile, door, scripts }) => {
    // Without its own stream: it would be loaded again before anybody could save.
    await context.route('**/events*', (route) => route.abort());
    await page.goto('/profile?edit=about');
    if (scripts) await page.waitForFunction(() => document.documentElement.dataset.awake !== undefined);
    await door.signOut();
    await door.signIn(john);
    await page.getByLabel('Nickname').fill('Jane’s own');
    await page.getByRole('button', { name: 'Save' }).click();
    await expect(page.getByText(/signed in to another account since/).first()).toBeVisible();
    if (scripts) await expect(page.getByLabel('Nickname')).toHaveValue('Jane’s own');
    else {
      await expect(page.getByRole('heading', { level: 1 })).toHaveText('This page belonged to another account');
      await expect(page.locator('main')).toContainText(`You are signed in as ${john.username}.`);
      await expect(page.getByRole('link', { name: 'Sign in' })).toHaveCount(0);
    }
    await profile.open();
    await expect(page.locator('body')).toContainText(john.email);
    await expect(page.locator('body')).not.toContainText('Jane’s own');
  });

  test('does not sign the other one out', async ({ page, context, door, scripts }) => {
    await context.route('**/events*', (route) => route.abort());
    await page.goto('/profile');
    if (scripts) await page.waitForFunction(() => document.documentElement.dataset.awake !== undefined);
    await door.signOut();
    await door.signIn(john);
    await page.getByRole('button', { name: 'Sign out' }).click();
    if (scripts) await expect(page.locator('body')).toContainText(john.email);
    else await expect(page.getByRole('link', { name: 'Go to your profile' })).toBeVisible();
    await page.goto('/profile');
    await expect(page.locator('body')).toContainText(john.email);
  });

  test('is loaded again where its events are followed', async ({ page, door, scripts }) => {
    test.skip(!scripts, 'needs scripts');
    await page.goto('/profile');
    await page.waitForFunction(() => document.documentElement.dataset.awake !== undefined);
    await expect(page.locator('body')).toContainText(jane.email);
    await door.signOut();
    await door.signIn(john);
    await expect(page.locator('body')).toContainText(john.email);
    await expect(page.locator('body')).not.toContainText(jane.email);
  });
});
