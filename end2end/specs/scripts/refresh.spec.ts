import { isMarked, mark } from '../../support/awake';
import { expect, test } from '../../support/test';

test('Refresh says so when nothing changed', async ({ door, profile }) => {
  await door.enter();
  await profile.open();
  await profile.refresh();
  await expect(profile.status.filter({ hasText: /nothing|up to date/i }).first()).toBeVisible();
});

test.describe('without live events', () => {
  test.use({ allowedOnConsole: /net::ERR_FAILED/ });

  test('Refresh says what changed elsewhere, without a reload, and leaves unsaved typing alone', async ({ page, door, profile, visitor }) => {
    await door.enter();
    await page.route('**/events*', (route) => route.abort());
    await profile.open();
    await profile.edit('About you');
    await profile.field('Nickname').fill('half typ');
    await mark(page);

    const elsewhere = await visitor();
    await elsewhere.door.signIn();
    await elsewhere.door.update({ website: 'https://changed.example', locale: 'de' });

    await profile.refresh();
    await expect(profile.status.filter({ hasText: /Website/ }).first()).toContainText(/Language/);
    await expect(profile.group('Preferences')).toContainText('Deutsch');
    await expect(profile.field('Nickname')).toHaveValue('half typ');
    expect(await isMarked(page)).toBe(true);
  });

  test('Refresh leads a page whose session has ended to sign-in', async ({ page, door, profile }) => {
    await door.enter();
    await page.route('**/events*', (route) => route.abort());
    await profile.open();
    await door.signOut();
    await profile.refresh();
    await expect(page).toHaveURL(/\/sign-in/);
  });
});
