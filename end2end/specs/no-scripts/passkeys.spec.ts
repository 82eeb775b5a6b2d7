import { expect, test } from '../../support/test';

test.use({ host: 'localhost' });

test('nothing of passkeys is shown', async ({ context, door, security, signIn }) => {
  await door.enter();
  await security.open();
  await expect(security.passkeys).toHaveCount(0);
  await expect(security.link('Add a passkey')).toHaveCount(0);
  await context.clearCookies();
  await signIn.open();
  await expect(signIn.withPasskey).toHaveCount(0);
});
