import { jane } from '../../support/people';
import { expect, test } from '../../support/test';

test.beforeEach(async ({ context, door }) => {
  await door.enter();
  await context.clearCookies();
});

test('an unverified number is verified after sign-in', async ({ page, signIn, verifyContact, updatePhone, profile, mailbox }) => {
  await signIn.open();
  await signIn.submit(jane.username, jane.password);
  await verifyContact.arrived();
  await expect(page.getByRole('radio')).toHaveCount(1);
  await expect(page.getByRole('main')).not.toContainText('212');
  await verifyContact.choose(/^Phone Number: .*1234$/);
  await updatePhone.arrived();
  await updatePhone.field('Verification Code (sent to your number)').fill(await mailbox.codeFor(jane.phone_number));
  await updatePhone.button('Send Code').click();
  await profile.arrived();
  await expect(profile.value('Phone Number')).toContainText('Verified');
});

test('it can be skipped, and is not asked again in this browser', async ({ signIn, verifyContact, profile }) => {
  await signIn.open();
  await signIn.submit(jane.username, jane.password);
  await verifyContact.arrived();
  await verifyContact.skip();
  await profile.arrived();
  await profile.signOut();
  await signIn.arrived();
  await signIn.submit(jane.username, jane.password);
  await profile.arrived();
});
