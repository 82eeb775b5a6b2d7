import { jane, newEmail } from '../../support/people';
import { expect, test } from '../../support/test';

// The guide, step by step, with its literal values.
test('from Create Account to a verified new email, and out and in again', async ({
  page, signIn, signUp, confirm, profile, updateEmail, mailbox,
}) => {
  await test.step('a stranger is led to sign-in, and from there to sign-up', async () => {
    await page.goto('/');
    await expect(page).toHaveURL('/sign-in');
    await signIn.toCreateAccount();
    await expect(signUp.heading).toHaveText(signUp.title);
    await signUp.ready();
  });

  await test.step('signs up with attributes', async () => {
    await signUp.fill(jane);
    await signUp.submit();
    await confirm.arrived();
    await expect(page.getByText('Your code is on the way. To log in, enter the code we emailed to')).toBeVisible();
    await expect(page.getByText('It may take a minute to arrive.')).toBeVisible();
  });

  await test.step('confirms with the code from the mail, and is signed in', async () => {
    await confirm.submit(await mailbox.codeFor(jane.email));
    await profile.arrived();
    await expect(profile.value('Email')).toContainText(jane.email);
    await expect(profile.value('Email')).toContainText('Verified');
    await expect(profile.value('Given name')).toContainText('Jane');
    await expect(profile.value('Family name')).toContainText('Doe');
    await expect(profile.value('Nickname')).toContainText('Jane');
    await expect(profile.value('Phone number')).toContainText('+1 212 860 1234');
  });

  await test.step('reads the attributes as JSON', async () => {
    const shown = JSON.parse(await profile.json());
    expect(shown).toMatchObject({
      email: jane.email,
      email_verified: 'true',
      phone_number: '+12128601234',
      phone_number_verified: 'false',
      given_name: 'Jane',
      family_name: 'Doe',
      nickname: 'Jane',
    });
    expect(shown.sub).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  await test.step('edits attributes', async () => {
    await profile.edit('About you');
    await profile.field('Family name').fill('Lastname');
    await profile.save();
    await profile.of('Jane Lastname').arrived();
    await expect(profile.value('Family name')).toContainText('Lastname');
    await profile.says(/Family name/i);
  });

  await test.step('asks for another email address; the old one stays in force', async () => {
    await profile.toUpdateEmail();
    await updateEmail.arrived();
    await updateEmail.ask(newEmail);
    await expect(updateEmail.code).toBeVisible();
    await expect(page.getByText(newEmail).first()).toBeVisible();
    await expect(page.getByText(jane.email).first()).toBeVisible();
    await mailbox.message(jane.email, /another|new/i, /domain\.com/);
  });

  await test.step('enters the code that was sent to the new address', async () => {
    await updateEmail.ready();
    await updateEmail.submit(await mailbox.codeFor(newEmail));
    await profile.arrived();
    await profile.says(`Your email address is now ${newEmail}`);
    await expect(profile.value('Email')).toContainText(newEmail);
    await expect(profile.value('Email')).toContainText('Verified');
    await mailbox.message(jane.email, /no longer|changed|is now/i);
  });

  await test.step('deletes an attribute', async () => {
    await profile.edit('About you');
    await profile.delete('Family name');
    await profile.of('Jane').arrived();
    await profile.says(/Family name/i);
    expect(JSON.parse(await profile.json())).not.toHaveProperty('family_name');
  });

  await test.step('signs out', async () => {
    await profile.signOut();
    await signIn.arrived();
    await page.goto('/profile');
    await expect(page).toHaveURL('/sign-in?next=/profile');
  });

  await test.step('signs in with the new address, not with the old one', async () => {
    await signIn.open();
    await signIn.submit(jane.email, jane.password);
    await expect(signIn.alert.filter({ hasText: /\S/ }).first()).toBeVisible();
    await signIn.submit(newEmail, jane.password);
    await profile.arrived();
    await profile.signOut();
    await signIn.arrived();
    await signIn.submit(jane.username, jane.password);
    await profile.arrived();
  });
});
