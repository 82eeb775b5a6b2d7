import { fleeting, quick, wary } from '../../support/configs';
import { UpdateEmailPage } from '../../pages/update-email';
import { otherThan } from '../../support/mailbox';
import { jane, john, newEmail } from '../../support/people';
import { expect, test } from '../../support/test';

test.beforeEach(({ door }) => door.enter());

test('the address that is in force already is refused', async ({ updateEmail }) => {
  await updateEmail.open();
  await updateEmail.ask(jane.email.toUpperCase());
  await updateEmail.refuses('New email', /already/i);
});

test('an address that is none is refused, and what was typed stays', async ({ updateEmail }) => {
  await updateEmail.open();
  await updateEmail.ask('me at domain');
  await updateEmail.refuses('New email', /email address/i);
  await expect(updateEmail.newEmail).toHaveValue('me at domain');
  await expect(updateEmail.newEmail).toBeFocused();
});

test.describe('a pending change', () => {
  test.beforeEach(async ({ door }) => door.askForEmail(newEmail));

  test('is visible on the profile, and says what stays in force', async ({ profile }) => {
    await profile.open();
    const waiting = profile.group('Contact');
    await expect(waiting).toContainText(newEmail);
    await expect(waiting).toContainText(jane.email);
    expect(JSON.parse(await profile.json()).email).toBe(jane.email);
  });

  test('survives sign-out and a restart, and the old address keeps signing in until then', async ({ server, signIn, profile, updateEmail, mailbox }) => {
    const code = await mailbox.codeFor(newEmail);
    await profile.open();
    await profile.signOut();
    await signIn.arrived();
    await server.restart();
    await signIn.open();
    await signIn.submit(jane.email, jane.password);
    await profile.arrived();
    await updateEmail.open();
    await updateEmail.submit(code);
    await profile.arrived();
    await expect(profile.value('Email')).toContainText(newEmail);
  });

  test('cannot sign in with the new address yet', async ({ visitor }) => {
    const elsewhere = await visitor();
    await elsewhere.signIn.open();
    await elsewhere.signIn.submit(newEmail, jane.password);
    await expect(elsewhere.signIn.alert.filter({ hasText: /incorrect|wrong/i }).first()).toBeVisible();
  });

  test('can be cancelled, and its code is worth nothing then', async ({ page, updateEmail, mailbox, door, profile }) => {
    const code = await mailbox.codeFor(newEmail);
    await updateEmail.open();
    await updateEmail.cancel();
    await updateEmail.says(jane.email);
    expect((await door.post('/profile/email/verify', { code })).status()).toBe(422);
    await profile.open();
    await expect(page.getByText(newEmail)).toHaveCount(0);
  });

  test('a wrong code has its own words', async ({ updateEmail, mailbox, profile }) => {
    const code = await mailbox.codeFor(newEmail);
    await updateEmail.open();
    await updateEmail.submit(otherThan(code));
    await updateEmail.refuses('Verification Code (sent to the new email)', /not the code/i);
    await updateEmail.ready();
    await updateEmail.submit(code);
    await profile.arrived();
  });

  test('a used code has its own words', async ({ context, updateEmail, mailbox, door, scripts }) => {
    test.skip(scripts, 'with scripts the second page knows at once that the change is done');
    const code = await mailbox.codeFor(newEmail);
    await updateEmail.open();
    expect((await door.post('/profile/email/verify', { code })).status()).toBe(200);
    await updateEmail.submit(code);
    await expect(updateEmail.alert.filter({ hasText: /used/i }).first()).toBeVisible();
    expect(context.pages()).toHaveLength(1);
  });
});

test.describe('when the code may be sent again', () => {
  test.use({ config: quick });

  test('resending sends a new one and ends the old one', async ({ updateEmail, mailbox, profile, door }) => {
    await door.askForEmail(newEmail);
    const first = await mailbox.codeFor(newEmail);
    await updateEmail.open();
    await expect(async () => {
      await updateEmail.resend();
      await updateEmail.says(/new code/i, { timeout: 1_000 });
    }).toPass();
    const second = await mailbox.codeFor(newEmail);
    await updateEmail.ready();
    if (first !== second) {
      await updateEmail.submit(first);
      await updateEmail.refuses('Verification Code (sent to the new email)', /\S/);
      await updateEmail.ready();
    }
    await updateEmail.submit(second);
    await profile.arrived();
  });

  test('a mistyped address can be replaced, and only the newest code counts', async ({ door, mailbox, profile, updateEmail }) => {
    await door.askForEmail('mistyped@anotherdomain.com');
    const wrong = await mailbox.codeFor('mistyped@anotherdomain.com');
    await door.askForEmail(newEmail);
    const code = await mailbox.codeFor(newEmail);
    if (wrong !== code) expect((await door.post('/profile/email/verify', { code: wrong })).status()).toBe(422);
    await updateEmail.open();
    await updateEmail.submit(code);
    await profile.arrived();
    await expect(profile.value('Email')).toContainText(newEmail);
  });
});

test.describe('when codes are short-lived', () => {
  test.use({ config: fleeting });

  test('an expired code has its own words', async ({ page, door, mailbox, updateEmail }) => {
    // The account of this test was confirmed within these seconds; this change will not be.
    await door.askForEmail(newEmail);
    const code = await mailbox.codeFor(newEmail);
    await expect(async () => {
      await updateEmail.open();
      await expect(page.getByText('The code has expired')).toBeVisible({ timeout: 100 });
    }).toPass();
    await updateEmail.submit(code);
    await updateEmail.refuses('Verification Code (sent to the new email)', /expired/i);
  });
});

test.describe('some time after signing in', () => {
  test.use({ config: wary });

  test('the password is asked for in place, and what was being done goes on', async ({ context, page, updateEmail, profile, scripts, mailbox }) => {
    await updateEmail.open();
    await updateEmail.newEmail.fill(newEmail);
    const another = new UpdateEmailPage(await context.newPage(), scripts);
    await expect(async () => {
      await another.open();
      await expect(another.password).toBeVisible({ timeout: 100 });
    }).toPass();
    await another.page.close();

    await updateEmail.button('Update email').click();
    await updateEmail.refuses('Current Password', /Confirm that it’s you to go on/);
    await expect(updateEmail.password).toBeFocused();
    await expect(updateEmail.newEmail).toHaveValue(newEmail);
    await updateEmail.ready();
    await updateEmail.password.fill('not the password');
    await updateEmail.button('Update email').click();
    await updateEmail.refuses('Current Password', /not your current password/);
    await updateEmail.ready();
    await updateEmail.password.fill(jane.password);
    await updateEmail.button('Update email').click();
    await expect(updateEmail.code).toBeVisible();
    await updateEmail.ready();
    await updateEmail.submit(await mailbox.codeFor(newEmail));
    await profile.arrived();
    await expect(profile.value('Email')).toContainText(newEmail);
    expect(page.url()).toMatch(/\/profile$/);
  });
});

test('an address that belongs to somebody else is refused only to whoever has proved it', async ({ door, updateEmail, mailbox, visitor }) => {
  await (await visitor()).door.enter(john);
  await updateEmail.open();
  await updateEmail.ask(john.email);
  await expect(updateEmail.code).toBeVisible();
  await updateEmail.ready();
  await updateEmail.submit(await mailbox.codeFor(john.email));
  await expect(updateEmail.alert.filter({ hasText: /another account|already/i }).first()).toBeVisible();
  expect((await door.attributes()).email).toBe(jane.email);
});
