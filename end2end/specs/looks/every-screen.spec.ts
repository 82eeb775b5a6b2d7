import { accessible } from '../../support/axe';
import { lenient, quick, strict, wary } from '../../support/configs';
import { Device, withoutAutofill } from '../../support/device';
import { mailboxPage, otherThan } from '../../support/mailbox';
import { jane, newEmail } from '../../support/people';
import { picture, screenshotForReadme } from '../../support/pictures';
import { expect, test } from '../../support/test';
import { shownBy } from '../../support/totp';

// Each screen in each of its states: no axe violation, nothing wider than the window, and a picture on request.
test.afterEach(async ({ page }, info) => {
  if (info.status !== info.expectedStatus) return;
  await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
  await expect(page).toHaveTitle(/Nameplate/);
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(wider, 'how much the page is wider than the window').toBeLessThanOrEqual(0);
  const main = await page.getByRole('main').evaluate((it) => it.getBoundingClientRect().width);
  expect(main, 'how wide the page is: not in the column of its navigation').toBeGreaterThan(280);
  await picture(page, info.title.replace(/\W+/g, '-'));
  await accessible(page);
});

test.describe('what is asked for at sign-in', () => {
  test.use({ config: lenient });

  test.beforeEach(({ server }) => {
    const email = ['-a', `email=${jane.email}`, '--verified', '--password-stdin'];
    server.command(['user', 'create', jane.username, ...email], jane.password);
    server.command(['user', 'create', 'john', '-a', 'email=john@domain.com', '--verified', '--password-stdin', '--permanent'], jane.password);
    server.configure(strict);
    return server.restart();
  });

  test('new password', async ({ signIn, newPassword }) => {
    await signIn.open();
    await signIn.submit(jane.username, jane.password);
    await newPassword.arrived();
  });

  test('new password, refused', async ({ signIn, newPassword }) => {
    await signIn.open();
    await signIn.submit(jane.username, jane.password);
    await newPassword.arrived();
    await newPassword.submit('short', 'other');
    await newPassword.refuses('Confirm Password', /must match/);
  });

  test('missing details', async ({ signIn, required }) => {
    await signIn.open();
    await signIn.submit('john', jane.password);
    await required.arrived();
  });
});

test.describe('signed out', () => {
  test('sign in', async ({ signIn }) => {
    await signIn.open();
  });

  test('sign in, refused', async ({ signIn }) => {
    await signIn.open();
    await signIn.submit('nobody', 'not the password');
    await expect(signIn.alert.filter({ hasText: /incorrect|wrong/i }).first()).toBeVisible();
  });

  test('forgot password', async ({ forgotPassword }) => {
    await forgotPassword.open();
  });

  test('forgot password, refused', async ({ forgotPassword }) => {
    await forgotPassword.open();
    await forgotPassword.submit('');
    await forgotPassword.refuses('Enter your username', /\S/);
  });

  test('reset password', async ({ forgotPassword, resetPassword }) => {
    await forgotPassword.open();
    await forgotPassword.submit('a-rather-long-name-of-somebody-that-does-not-fit-on-a-line-of-a-phone-at-all');
    await resetPassword.arrived();
  });

  test('reset password, refused', async ({ forgotPassword, resetPassword }) => {
    await forgotPassword.open();
    await forgotPassword.submit('nobody');
    await resetPassword.arrived();
    await resetPassword.submit('12', 'short', 'other');
    await resetPassword.refuses('Code', /\S/);
  });

  test('reset password, wrong code', async ({ forgotPassword, resetPassword }) => {
    await forgotPassword.open();
    await forgotPassword.submit('nobody');
    await resetPassword.arrived();
    await resetPassword.submit('000000', jane.password);
    await resetPassword.refuses('Code', /not the code/);
  });

  test('reset password, from another browser', async ({ resetPassword }) => {
    await resetPassword.open();
  });

  test('sign up', async ({ signUp }) => {
    await signUp.open();
  });

  test('sign up, a password while it is typed', async ({ signUp }) => {
    await signUp.open();
    await signUp.password.fill('correct horse battery staple');
  });

  test('sign up, refused', async ({ signUp }) => {
    await signUp.open();
    await signUp.fill({ ...jane, username: '', email: 'nonsense', password: 'short' });
    await signUp.confirmPassword.fill('other');
    await signUp.submit();
    await signUp.refuses('Email', /email address/i);
  });

  test('sign out without a session', async ({ page }) => {
    await page.goto('/sign-out');
  });

  test('page not found', async ({ page }) => {
    await page.goto('/nowhere');
  });
});

test.describe('changes that can be undone', () => {
  test.use({ config: quick });

  test.beforeEach(async ({ door, mailbox }) => {
    await door.enter();
    await door.askForEmail(newEmail);
    await door.verifyEmail(await mailbox.codeFor(newEmail));
  });

  test('undo', async ({ undo, mailbox }) => {
    await undo.follow((await mailbox.message(jane.email, /take it back/)).text);
  });

  test('undo, over', async ({ undo }) => {
    await undo.open('?token=over');
  });

  test('undone', async ({ context, undo, resetPassword, mailbox }) => {
    await context.clearCookies();
    await undo.follow((await mailbox.message(jane.email, /take it back/)).text);
    await undo.takeBack();
    await resetPassword.arrived();
  });

  test('confirm, former address', async ({ context, door, confirm, mailbox }) => {
    await context.clearCookies();
    await door.signUp({ ...jane, username: 'jane' });
    await confirm.open();
    await confirm.submit(await mailbox.codeFor(jane.email));
    await expect(confirm.heading).toHaveText('Is this your account?');
  });
});

test.describe('with passkeys', () => {
  test.use({ host: 'localhost' });

  test('sign in, or with a passkey', async ({ signIn }) => {
    await signIn.open();
    await expect(signIn.withPasskey).toBeVisible();
  });

  test('sign in, no passkey', async ({ page, signIn }) => {
    await withoutAutofill(page);
    const device = await Device.of(page);
    await device.recognises(false);
    await signIn.open();
    await signIn.withPasskey.click();
    await expect(signIn.alert.filter({ hasText: /No passkey/ })).toBeVisible();
  });

  test('security, passkeys', async ({ page, door, security }) => {
    await door.enter();
    for (const name of ['Chrome on Linux', 'The key with the blue ribbon, in the second drawer of my desk']) {
      const device = await Device.of(page);
      await security.open();
      await security.toAddPasskey();
      await security.addPasskey(name);
      await security.says('Your passkey is added');
      await device.away();
    }
  });

  test('security, adding a passkey', async ({ door, security }) => {
    await door.enter();
    await security.open();
    await security.toAddPasskey();
  });
});

test.describe('half way in', () => {
  test.beforeEach(({ door }) => door.signUp());

  test('confirm', async ({ confirm }) => {
    await confirm.open();
  });

  test('confirm, wrong code', async ({ confirm, mailbox }) => {
    await confirm.open();
    await confirm.submit(otherThan(await mailbox.codeFor(jane.email)));
    await confirm.refuses('Confirmation Code', /\S/);
  });

  test('confirm, resend too soon', async ({ confirm, page }) => {
    await confirm.open();
    await confirm.button('Resend Code').click({ force: true });
    await expect(page.getByText(/\d+ seconds/).first()).toBeVisible();
  });

  test('confirm, changing the address', async ({ page, confirm }) => {
    await confirm.open();
    await page.getByText('Change it').click();
    await expect(confirm.newAddress).toBeVisible();
  });

  test('confirm, from another browser', async ({ context, confirm }) => {
    await context.clearCookies();
    await confirm.open();
  });

  test('choose password, from another browser', async ({ context, confirm, choosePassword, mailbox }) => {
    const code = await mailbox.codeFor(jane.email);
    await context.clearCookies();
    await confirm.open();
    await confirm.submitFor(jane.username, code);
    await choosePassword.arrived();
  });

  test('choose password, refused', async ({ context, confirm, choosePassword, mailbox }) => {
    const code = await mailbox.codeFor(jane.email);
    await context.clearCookies();
    await confirm.open();
    await confirm.submitFor(jane.username, code);
    await choosePassword.arrived();
    await choosePassword.choose('short', 'other');
    await choosePassword.refuses('New Password', /at least/);
  });

  test('choose password, when someone else signed up too', async ({ confirm, choosePassword, visitor, mailbox }) => {
    const code = await mailbox.codeFor(jane.email);
    await (await visitor()).door.signUp({ ...jane, password: 'the+strangers-own-1' });
    await confirm.open();
    await confirm.submit(code);
    await choosePassword.arrived();
  });

  test('confirm, when the username is taken', async ({ confirm, visitor, mailbox }) => {
    const other = await visitor();
    await other.door.signUp({ ...jane, email: 'other@domain.com' });
    await other.confirm.open();
    await other.confirm.submit(await mailbox.codeFor('other@domain.com'));
    await other.profile.arrived();
    await confirm.open();
    await expect(confirm.field('New username')).toBeVisible();
  });

  test('mailbox', async ({ page, mailbox }) => {
    await mailbox.codeFor(jane.email);
    await page.goto(mailboxPage);
  });
});

test('sign in, with a new password', async ({ context, door, forgotPassword, resetPassword, signIn, mailbox }) => {
  await door.enter();
  await context.clearCookies();
  await forgotPassword.open();
  await forgotPassword.submit(jane.username);
  await resetPassword.arrived();
  await resetPassword.submit(await mailbox.codeFor(jane.email), 'another-random-passphrase');
  await signIn.arrived();
});

test.describe('signed in', () => {
  test.beforeEach(({ door }) => door.enter());

  test('profile', async ({ profile }) => {
    await profile.open();
  });

  test('profile, everything filled in', async ({ profile, door }) => {
    await door.update({
      birthdate: '1990-02-28',
      gender: 'female',
      address: '12 Somewhere Street\nSomecity',
      website: 'https://jane.example',
      profile: 'https://jane.example/about/a/rather/long/address/that/does/not/fit/on/a/line/of/a/phone/at/all',
      picture: 'https://jane.example/me.png',
      locale: 'en-GB',
      zoneinfo: 'Europe/London',
      preferred_username: 'jane',
    });
    await profile.open();
  });

  test('profile, as people have it', async ({ page, profile, door }) => {
    await door.update({ birthdate: '1990-02-28', website: 'https://jane.example', locale: 'en-GB', zoneinfo: 'Europe/London' });
    await door.askForEmail(newEmail);
    await profile.open();
    await page.reload(); // past what was just done
    await profile.ready();
    await screenshotForReadme(page);
  });

  for (const group of ['About you', 'Preferences'] as const) {
    test(`profile, editing ${group}`, async ({ profile }) => {
      await profile.open();
      await profile.edit(group);
    });
  }

  test('profile, a refused edit', async ({ profile }) => {
    await profile.open();
    await profile.edit('About you');
    await profile.field('Website').fill('x'.repeat(2049));
    await profile.save();
    await profile.refuses('Website', /\S/);
  });

  test('profile, saved', async ({ profile }) => {
    await profile.open();
    await profile.edit('About you');
    await profile.field('Family name').fill('Lastname');
    await profile.save();
    await expect(profile.status.first()).toBeVisible();
  });

  test('profile, as JSON', async ({ profile }) => {
    await profile.open();
    await profile.json();
  });

  test('update email', async ({ updateEmail }) => {
    await updateEmail.open();
  });

  test('update email, refused', async ({ updateEmail }) => {
    await updateEmail.open();
    await updateEmail.ask('nonsense');
    await updateEmail.refuses('New email', /\S/);
  });

  test.describe('some time after signing in', () => {
    test.use({ config: wary });

    test('update email, with the password', async ({ page, updateEmail }) => {
      await expect(async () => {
        await page.goto('/profile/email');
        await expect(updateEmail.password).toBeVisible({ timeout: 100 });
      }).toPass();
      await updateEmail.ready();
    });
  });

  test('confirm identity', async ({ confirmIdentity }) => {
    await confirmIdentity.open('?next=/profile/email');
  });

  test('verify contact', async ({ verifyContact }) => {
    await verifyContact.open();
  });

  test('update phone', async ({ updatePhone }) => {
    await updatePhone.open();
  });

  test('update phone, refused', async ({ updatePhone }) => {
    await updatePhone.open();
    await updatePhone.ask('nonsense');
    await updatePhone.refuses('New phone number', /\S/);
  });

  test('update phone, pending', async ({ updatePhone, door }) => {
    await door.askForPhone('+442079460000');
    await updatePhone.open();
  });

  test.describe('with a pending change', () => {
    test.beforeEach(({ door }) => door.askForEmail(newEmail));

    test('profile, pending', async ({ profile }) => {
      await profile.open();
    });

    test('update email, pending', async ({ updateEmail }) => {
      await updateEmail.open();
    });

    test('update email, wrong code', async ({ updateEmail, mailbox }) => {
      await updateEmail.open();
      await updateEmail.submit(otherThan(await mailbox.codeFor(newEmail)));
      await updateEmail.refuses('Verification Code (sent to the new email)', /\S/);
    });

    test('profile, changed', async ({ updateEmail, profile, mailbox }) => {
      await updateEmail.open();
      await updateEmail.submit(await mailbox.codeFor(newEmail));
      await profile.arrived();
    });
  });

  test('security', async ({ security, visitor }) => {
    for (let browsers = 0; browsers < 2; browsers++) await (await visitor()).door.signIn();
    await security.open();
  });

  test('security, changing the password', async ({ security }) => {
    await security.open();
    await security.toChangePassword();
  });

  test('security, a refused password', async ({ security }) => {
    await security.open();
    await security.toChangePassword();
    await security.submit('not the password', 'another-random-passphrase');
    await security.refuses('Current Password', /\S/);
  });

  test('security, with a new password', async ({ security }) => {
    await security.open();
    await security.toChangePassword();
    await security.submit(jane.password, 'another-random-passphrase');
    await security.arrived();
  });

  test('activity', async ({ activity, door }) => {
    await door.askForEmail(newEmail);
    await door.post('/sign-in', { username: jane.username, password: 'not the password' });
    await door.post('/profile', { 'attributes[website]': 'x'.repeat(2049), 'attributes[sub]': 'x' });
    for (let change = 0; change < 26; change++) await door.update({ nickname: `Jane ${change}` });
    await activity.open();
    await activity.link('Older').click();
    await expect(activity.link('Newer')).toBeVisible();
  });

  test('authenticator app, before', async ({ app }) => {
    await app.open();
  });

  test('authenticator app, refused', async ({ app }) => {
    await app.open();
    await app.begin();
    await app.submit('12');
    await app.refuses('Code', /6 to 8 digits/);
  });

  test('recovery codes', async ({ app, recoveryCodes }) => {
    await app.open();
    await app.submit(shownBy(await app.begin()));
    await recoveryCodes.arrived();
  });

  test('recovery codes, before new ones', async ({ app, recoveryCodes, security }) => {
    await app.open();
    await app.submit(shownBy(await app.begin()));
    await recoveryCodes.arrived();
    await recoveryCodes.button('I have saved them').click();
    await security.arrived();
    await recoveryCodes.open();
  });

  test('security, with second steps', async ({ app, recoveryCodes, security, door }) => {
    await app.open();
    await app.submit(shownBy(await app.begin()));
    await recoveryCodes.arrived();
    const [code] = await recoveryCodes.codes();
    await door.post('/security/factors', { factor: 'EMAIL_OTP', wish: 'on', step_code: code! });
    await security.open();
  });

  test('second step, an app', async ({ app, recoveryCodes, door, signIn, secondStep }) => {
    await app.open();
    await app.submit(shownBy(await app.begin()));
    await recoveryCodes.arrived();
    await door.signOut();
    await signIn.open();
    await signIn.submit(jane.username, jane.password);
    await secondStep.arrived();
  });

  test('second step, refused, with the other ways', async ({ door, signIn, secondStep }) => {
    await door.post('/security/factors', { factor: 'EMAIL_OTP', wish: 'on' });
    await door.signOut();
    await signIn.open();
    await signIn.submit(jane.username, jane.password);
    await secondStep.arrived();
    await secondStep.otherWays();
    await secondStep.recover('nonsense');
    await secondStep.refuses('Recovery code', /none of your/);
  });

  test('account', async ({ account }) => {
    await account.open();
  });

  test('account, deleting it', async ({ account }) => {
    await account.open();
    await account.toDelete();
  });

  test('account, a refused deletion', async ({ account }) => {
    await account.open();
    await account.toDelete();
    await account.delete('not the password', 'delete');
    await account.refuses('Current Password', /\S/);
  });

  test('account, deleted', async ({ account, signIn }) => {
    await account.open();
    await account.toDelete();
    await account.delete(jane.password, 'delete');
    await signIn.arrived();
  });

  test('sign out', async ({ page }) => {
    await page.goto('/sign-out');
  });
});
