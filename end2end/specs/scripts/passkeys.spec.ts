import { wary } from '../../support/configs';
import { Device, withoutAutofill } from '../../support/device';
import { jane } from '../../support/people';
import { expect, test } from '../../support/test';

test.use({ host: 'localhost' });
test.beforeEach(({ door }) => door.enter());

test('a passkey is added, signs in by its button, and is removed', async ({ page, security, signIn, profile, activity, mailbox }) => {
  await withoutAutofill(page);
  const device = await Device.of(page);
  await security.open();
  await expect(security.passkeys).toContainText('instead of a password');
  await security.toAddPasskey();
  await expect(security.passkeyName).toHaveValue(/^Chrome on /);
  await security.addPasskey('My laptop');
  await security.says('Your passkey is added');
  await expect(security.passkeys.getByRole('listitem')).toContainText(/My laptop\s*added .*, not used yet/);
  expect(await device.holds()).toBe(1);
  await mailbox.message(jane.email, /A passkey was added to your Nameplate account/);

  await security.button('Sign out').first().click();
  await signIn.arrived();
  await signIn.withPasskey.click();
  await profile.arrived();
  await security.open();
  await expect(security.passkeys.getByRole('listitem')).toContainText(/last used/);
  await activity.open();
  await expect(activity.entries.first()).toContainText('Signed in with the passkey “My laptop”');

  await security.open();
  await security.passkeys.getByRole('button', { name: 'Remove My laptop' }).click();
  await security.says('The passkey is removed');
  await expect(security.passkeys.getByRole('listitem')).toHaveCount(0);
  await security.button('Sign out').first().click();
  await signIn.arrived();
  await signIn.withPasskey.click();
  await expect(signIn.alert.filter({ hasText: 'This passkey doesn’t work here' })).toBeFocused();
});

test('the field of the username offers passkeys', async ({ page, door, security, signIn, profile }) => {
  await Device.of(page);
  await security.open();
  await security.toAddPasskey();
  await security.addPasskey('My laptop');
  await security.says('Your passkey is added');
  await door.signOut();
  // The virtual authenticator picks what a person would pick from the list, perhaps before the page is complete.
  await page.goto(signIn.path, { waitUntil: 'commit' });
  await profile.arrived();
});

test('whoever isn’t recognised is told, and tries again', async ({ page, door, security, signIn, profile }) => {
  await withoutAutofill(page);
  const device = await Device.of(page);
  await security.open();
  await security.toAddPasskey();
  await device.recognises(false);
  await security.addPasskey('My laptop');
  await expect(security.alert.filter({ hasText: 'No passkey was made' })).toBeFocused();
  await device.recognises(true);
  await security.addPasskey('My laptop');
  await security.says('Your passkey is added');

  await door.signOut();
  await signIn.open();
  await device.recognises(false);
  await signIn.withPasskey.click();
  await expect(signIn.alert.filter({ hasText: 'No passkey was used' })).toBeFocused();
  await device.recognises(true);
  await signIn.withPasskey.click();
  await profile.arrived();
});

test('a device that has one is not asked for a second one', async ({ page, security }) => {
  const device = await Device.of(page);
  await security.open();
  await security.toAddPasskey();
  await security.addPasskey('My laptop');
  await security.says('Your passkey is added');
  await security.toAddPasskey();
  await security.addPasskey('The same');
  await expect(security.alert.filter({ hasText: 'has a passkey for your account already' })).toBeFocused();
  expect(await device.holds()).toBe(1);
});

test('a passkey without a name is refused before the device is asked', async ({ page, security }) => {
  const device = await Device.of(page);
  await security.open();
  await security.toAddPasskey();
  await security.addPasskey('');
  await security.refuses('Name', /fill this in/);
  expect(await device.holds()).toBe(0);
});

test('a browser that knows no passkeys shows nothing of them', async ({ page, door, security, signIn }) => {
  await page.addInitScript(() => Reflect.deleteProperty(window, 'PublicKeyCredential'));
  await security.open();
  await expect(security.passkeys).toHaveCount(0);
  await door.signOut();
  await signIn.open();
  await expect(signIn.withPasskey).toHaveCount(0);
});

test.describe('some time after signing in', () => {
  test.use({ config: wary });

  test('a passkey is added with the password', async ({ page, security }) => {
    const device = await Device.of(page);
    await expect(async () => {
      await page.goto('/security/passkeys');
      await expect(security.currentPassword).toBeVisible({ timeout: 100 });
    }).toPass();
    await security.ready();
    await security.addPasskey('My laptop');
    await security.refuses('Current Password', /Confirm that it’s you/);
    expect(await device.holds()).toBe(0);
    await security.currentPassword.fill(jane.password);
    await security.addPasskey('My laptop');
    await security.says('Your passkey is added');
  });

  test('a passkey confirms in place of the password, and then sets another one', async ({ page, door, security, confirmIdentity }) => {
    await withoutAutofill(page);
    await Device.of(page);
    await security.open();
    await door.signIn();
    await page.goto('/security/passkeys');
    await security.ready();
    await security.passkeyName.fill('My laptop');
    if (await security.currentPassword.isVisible()) await security.currentPassword.fill(jane.password);
    await security.button('Add a passkey').click();
    await security.says('Your passkey is added');
    await expect(async () => {
      await page.goto('/security/password');
      await expect(security.link('Use a passkey instead').first()).toBeVisible({ timeout: 100 });
    }).toPass();
    await security.link('Use a passkey instead').first().click();
    await confirmIdentity.arrived();
    await confirmIdentity.withPasskey.click();
    await expect(page).toHaveURL('/security/password');
    await security.ready();
    await expect(page.getByText('You confirmed a moment ago that it’s you')).toBeVisible();
    await expect(security.currentPassword.filter({ visible: true })).toHaveCount(0);
  });
});

test('a passkey of the last days is kept by a code of the second step', async ({ page, security, mailbox }) => {
  await Device.of(page);
  await security.open();
  await security.toAddPasskey();
  await security.addPasskey('My laptop');
  await security.says('Your passkey is added');
  await security.step('Email').getByRole('button', { name: /Turn on/ }).click();
  await page.waitForURL('/security/recovery-codes');
  await security.open();
  await expect(security.passkeys).toContainText('a password reset removes it');
  await security.passkeys.getByRole('button', { name: 'Keep My laptop' }).click();
  const code = security.passkeys.getByRole('textbox', { name: 'Second-step code' });
  await expect(code).toBeVisible();
  await code.fill(await mailbox.codeFor(jane.email));
  await security.passkeys.getByRole('button', { name: 'Keep My laptop' }).click();
  await security.says('This passkey now stays after a password reset');
  await expect(security.passkeys).not.toContainText('a password reset removes it');
});
