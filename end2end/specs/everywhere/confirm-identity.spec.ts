import { jane } from '../../support/people';
import { expect, test } from '../../support/test';

test.beforeEach(({ door }) => door.enter());

test('the password once more leads back to where somebody was going', async ({ page, confirmIdentity, updateEmail }) => {
  await confirmIdentity.open('?next=/profile/email');
  await confirmIdentity.submit('not the password');
  await confirmIdentity.refuses('Current Password', /not your current password/);
  await confirmIdentity.ready();
  await confirmIdentity.submit(jane.password);
  await updateEmail.arrived();
  await expect(page).toHaveURL('/profile/email');
});

test('an address elsewhere leads nowhere', async ({ confirmIdentity, security }) => {
  await confirmIdentity.open('?next=https://example.com/');
  await confirmIdentity.submit(jane.password);
  await security.arrived();
});
