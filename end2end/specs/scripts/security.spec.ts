import { isMarked, mark } from '../../support/awake';
import { jane } from '../../support/people';
import { expect, test } from '../../support/test';

test.beforeEach(({ door }) => door.enter());

test('another tab of this browser goes on after a change of the password', async ({ context, page, door, profile }) => {
  await profile.open();
  await mark(page);
  const changed = await door.post('/security/password', {
    current_password: jane.password,
    password: 'another-random-passphrase',
    confirm_password: 'another-random-passphrase',
  });
  expect(changed.status()).toBe(200);
  // It hears of what happens under the new session.
  await door.update({ family_name: 'Lastname' });
  await expect(profile.heading).toHaveText(/Jane Lastname/);
  expect(await isMarked(page)).toBe(true);
  expect(context.pages()).toHaveLength(1);
});

test('the list follows a sign-in elsewhere, and what is being typed stays', async ({ page, security, visitor }) => {
  await security.open();
  await expect(security.sessions).toHaveCount(1);
  await (await visitor()).door.signIn();
  await expect(security.sessions).toHaveCount(2);
  await page.goto('/security/password');
  await security.ready();
  await security.currentPassword.fill('half a pass');
  await (await visitor()).door.signIn();
  await security.says(/signed in to in another browser/i);
  await expect(security.currentPassword).toHaveValue('half a pass');
});

test('the newest activity is shown as it happens', async ({ activity, door }) => {
  await activity.open();
  await expect(activity.entries.first()).toContainText('Signed in');
  await door.update({ nickname: 'Jo' });
  await expect(activity.entries.first()).toContainText('Profile changed: Nickname');
});
