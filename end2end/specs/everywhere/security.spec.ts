import { jane } from '../../support/people';
import { expect, test } from '../../support/test';

const another = 'another-random-passphrase';

test.beforeEach(({ door }) => door.enter());

test.describe('another password', () => {
  test('from the profile to a new one, and the person is told', async ({ profile, security, signIn, mailbox }) => {
    await profile.open();
    await profile.link('Security').click();
    await security.arrived();
    await security.toChangePassword();
    await expect(security.currentPassword).toHaveAttribute('autocomplete', 'current-password');
    await expect(security.newPassword).toHaveAttribute('autocomplete', 'new-password');
    await expect(security.confirmPassword).toHaveAttribute('autocomplete', 'new-password');
    await security.submit(jane.password, another);
    await security.arrived();
    await security.says(/password was changed/i);
    await mailbox.message(jane.email, /password was changed/);

    await security.button('Sign out').click();
    await signIn.arrived();
    await signIn.submit(jane.username, another);
    await profile.arrived();
  });

  test('what is wrong is said beside its field', async ({ page, security }) => {
    await page.goto('/security/password');
    await security.ready();
    await security.submit('', 'short', 'other');
    await security.refuses('Current Password', /\S/);
    await security.refuses('New Password', /at least 8 characters/);
    await security.refuses('Confirm Password', /must match/);
    await expect(security.currentPassword).toBeFocused();
    await security.ready();

    await security.submit('not the password', another);
    await security.refuses('Current Password', /not your current password/);
    await expect(security.currentPassword).toBeFocused();
    await security.ready();
    await security.submit(jane.password, another);
    await security.arrived();
  });

  test('it signs every other browser out, but not this one', async ({ page, context, security, scripts, visitor }) => {
    const other = await visitor();
    await other.door.signIn();
    await other.profile.open();
    await page.goto('/security/password');
    await security.ready();
    const tab = await context.newPage();
    await tab.goto('/profile');
    await security.submit(jane.password, another);
    await security.arrived();
    // An open page hears of it; without scripts the next click finds it out.
    if (!scripts) await other.page.reload();
    await expect(other.page).toHaveURL('/sign-in?next=/profile');
    await tab.reload();
    await expect(tab).toHaveURL('/profile');
  });

  test('there is a way back', async ({ page, security }) => {
    await page.goto('/security/password');
    await security.ready();
    await security.link('Cancel').click();
    await security.arrived();
    await expect(security.currentPassword).toHaveCount(0);
  });
});

test.describe('where somebody is signed in', () => {
  test('one browser is signed out, and its page hears of it', async ({ security, scripts, visitor }) => {
    const other = await visitor();
    await other.door.signIn();
    await other.profile.open();
    await security.open();
    await expect(security.sessions).toHaveCount(2);
    await expect(security.sessions.first()).toContainText('This browser');
    await expect(security.sessions.first().getByRole('button')).toHaveCount(0);
    await security.sessions.nth(1).getByRole('button', { name: /^Sign out/ }).click();
    await security.arrived();
    await security.says(/that browser is signed out/i);
    await expect(security.sessions).toHaveCount(1);
    if (!scripts) await other.page.reload();
    await expect(other.page).toHaveURL('/sign-in?next=/profile');
  });

  test('all others, then everywhere', async ({ security, signIn, visitor }) => {
    for (let browsers = 0; browsers < 2; browsers++) await (await visitor()).door.signIn();
    await security.open();
    await expect(security.sessions).toHaveCount(3);
    await security.button('Sign out all others').click();
    await security.arrived();
    await security.says(/all other browsers/i);
    await expect(security.sessions).toHaveCount(1);
    await expect(security.button('Sign out all others')).toHaveCount(0);
    await security.button('Sign out everywhere').click();
    await signIn.arrived();
    await signIn.says(/signed out everywhere/i);
  });
});
