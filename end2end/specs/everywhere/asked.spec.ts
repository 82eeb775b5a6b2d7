import { lenient, strict } from '../../support/configs';
import { jane } from '../../support/people';
import { expect, test } from '../../support/test';

const given = 'the-operator-knows-this-1';

test.describe('an account that the operator made', () => {
  test.use({ config: strict });

  test('its password is replaced, and what is missing filled in', async ({ server, signIn, newPassword, door }) => {
    server.command(['user', 'create', jane.username, '-a', `email=${jane.email}`, '--verified', '--password-stdin'], given);
    await signIn.open('?next=/security');
    await signIn.submit(jane.username, given);
    await newPassword.arrived();
    await newPassword.submit('short', 'other');
    await newPassword.refuses('New Password', /at least 8 characters/);
    await newPassword.refuses('Confirm Password', /must match/);
    await newPassword.refuses('Middle Name', /fill this in/);
    await newPassword.ready();
    await newPassword.middleName.fill('Q');
    await newPassword.submit(given);
    await newPassword.refuses('New Password', /have this one already/);
    await newPassword.ready();
    await expect(newPassword.middleName).toHaveValue('Q');
    await newPassword.submit(jane.password);
    await expect(newPassword.page).toHaveURL('/security');
    expect((await door.attributes()).middle_name).toBe('Q');

    await door.signOut();
    await signIn.open();
    await signIn.submit(jane.username, jane.password);
    await expect(signIn.page).toHaveURL('/profile');
  });
});

test.describe('what has become required', () => {
  test.use({ config: lenient });

  test('is asked for at the next sign-in', async ({ server, door, signIn, required, profile }) => {
    await door.enter();
    await door.signOut();
    server.configure(strict);
    await server.restart();
    await signIn.open();
    await signIn.submit(jane.username, jane.password);
    await required.arrived();
    await required.button('Save changes').click();
    await required.refuses('Middle Name', /fill this in/);
    await required.ready();
    await required.middleName.fill('Q');
    await required.button('Save changes').click();
    await profile.arrived();
    await profile.says('Saved: Middle Name.');
    await door.signOut();
    await signIn.open();
    await signIn.submit(jane.username, jane.password);
    await profile.arrived();
  });
});
