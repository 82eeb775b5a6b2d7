import { quick } from '../../support/configs';
import { jane, john, newEmail } from '../../support/people';
import { expect, test } from '../../support/test';

const replaced = /take it back/;

// The address gets several codes, and strangers' would wait for the gap after its owner's.
test.use({ config: quick });

test.beforeEach(async ({ door, mailbox }) => {
  await door.enter();
  await door.askForEmail(newEmail);
  await door.verifyEmail(await mailbox.codeFor(newEmail));
});

test('the old address takes the change back in another browser, and sets a new password', async ({ visitor, page, mailbox, profile }) => {
  const owner = await visitor();
  const { text } = await mailbox.message(jane.email, replaced);
  await owner.undo.follow(text);
  await expect(owner.page.getByRole('main')).toContainText(jane.email);
  await expect(owner.page.getByRole('main')).not.toContainText(newEmail);
  await profile.open();
  await expect(profile.value('Email')).toContainText(newEmail);
  await owner.undo.takeBack();
  await owner.resetPassword.arrived();
  await owner.resetPassword.says('The changes were taken back');
  await page.reload();
  await expect(page).toHaveURL(/sign-in/);
  await owner.resetPassword.submit(await mailbox.codeFor(jane.email), john.password);
  await owner.signIn.arrived();
  await owner.signIn.submit(jane.email, john.password);
  await owner.verifyContact.arrived();
  await owner.profile.open();
  await expect(owner.profile.value('Email')).toContainText(jane.email);
  await owner.undo.follow(text);
  await expect(owner.undo.heading).toHaveText('This link no longer works');
});

test('who signs up with the old address takes the account back', async ({ visitor, mailbox }) => {
  const owner = await visitor();
  await owner.door.signUp({ ...john, email: jane.email });
  await owner.confirm.open();
  await owner.confirm.submit(await mailbox.codeFor(jane.email));
  await expect(owner.confirm.heading).toHaveText('Is this your account?');
  await owner.confirm.ready();
  await owner.confirm.button('Take the account back').click();
  await owner.resetPassword.arrived();
});

test('who signs up with the old address creates a new account', async ({ visitor, mailbox, profile }) => {
  const next = await visitor();
  await next.door.signUp({ ...john, email: jane.email });
  await next.confirm.open();
  await next.confirm.submit(await mailbox.codeFor(jane.email));
  await expect(next.confirm.heading).toHaveText('Is this your account?');
  await next.confirm.ready();
  await next.confirm.button('Create a new account').click();
  await expect(next.choosePassword.heading).toHaveText('Choose your password');
  await profile.open();
  await expect(profile.value('Email')).toContainText(newEmail);
});
