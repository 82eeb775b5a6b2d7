import { quick } from '../../support/configs';
import { jane, john } from '../../support/people';
import { expect, test } from '../../support/test';

test.describe('a refused sign-up', () => {
  test('names each wrong field, keeps what was typed except passwords, and puts the focus on the first error', async ({ page, signUp }) => {
    await signUp.open();
    await signUp.fill({ ...jane, email: 'me@domain', password: 'short' });
    await signUp.confirmPassword.fill('shorter');
    await signUp.submit();

    await signUp.refuses('Email', /email address/i);
    await signUp.refuses('Password', 'Password must have at least 8 characters');
    await signUp.refuses('Confirm Password', 'Your passwords must match');
    await expect(signUp.email).toBeFocused();
    await expect(page).toHaveURL('/sign-up');

    await expect(signUp.username).toHaveValue(jane.username);
    await expect(signUp.email).toHaveValue('me@domain');
    await expect(signUp.field('Given Name')).toHaveValue(jane.given_name);
    await expect(signUp.phoneNumber).toHaveValue('2128601234');
  });

  test('says what is missing', async ({ signUp }) => {
    await signUp.open();
    await signUp.submit();
    for (const label of ['Username', 'Email', 'Password']) await signUp.refuses(label, /\S/);
    await expect(signUp.username).toBeFocused();
  });

  test('never hands a password back', async ({ signUp, scripts, page }) => {
    await signUp.open();
    await signUp.fill({ ...jane, email: 'nonsense' });
    await signUp.submit();
    await signUp.refuses('Email', /email address/i);
    if (!scripts) {
      await expect(signUp.password).toHaveValue('');
      await expect(signUp.confirmPassword).toHaveValue('');
    }
    expect(await page.content()).not.toContain(jane.password);
    expect(page.url()).not.toContain('domain');
  });

  test('can be put right on the spot', async ({ signUp, confirm }) => {
    await signUp.open();
    await signUp.fill({ ...jane, email: 'nonsense' });
    await signUp.submit();
    await signUp.refuses('Email', /email address/i);
    await signUp.email.fill(jane.email);
    await signUp.password.fill(jane.password);
    await signUp.confirmPassword.fill(jane.password);
    await signUp.submit();
    await confirm.arrived();
  });
});

test('a taken username is said, however it is written', async ({ signUp, visitor }) => {
  await (await visitor()).door.enter(jane);
  await signUp.open();
  await signUp.fill({ ...john, username: 'JDoe' });
  await signUp.submit();
  await signUp.refuses('Username', /taken/i);
});

test('a taken address is not said: the visitor reaches the code step, its owner gets a mail', async ({ signUp, confirm, mailbox, visitor }) => {
  await (await visitor()).door.enter(jane);
  await signUp.open();
  await signUp.fill({ ...john, email: jane.email });
  await signUp.submit();
  await confirm.arrived();
  await mailbox.message(jane.email, /account/i);
});

test.describe('after someone else signed up with the same details', () => {
  test.use({ config: quick });

  test('it goes on as ever, and a password is chosen once the code is entered', async ({ signUp, confirm, choosePassword, profile, mailbox, visitor }) => {
    const squatter = await visitor();
    await squatter.door.signUp({ ...jane, password: 'password-of-the-squatter' });
    await mailbox.codeFor(jane.email);

    await signUp.open();
    await signUp.fill(jane);
    await signUp.submit();
    await confirm.arrived();
    await mailbox.message(jane.email, /isn’t the first sign-up/i);
    await confirm.submit(await mailbox.codeFor(jane.email));
    await choosePassword.arrived();
    await choosePassword.choose(jane.password);
    await profile.of(jane.username).arrived();

    await squatter.signIn.open();
    await squatter.signIn.submit(jane.username, 'password-of-the-squatter');
    await expect(squatter.page).toHaveURL(/\/sign-in/);
  });
});

test('a phone number may be typed whole', async ({ signUp, confirm, profile, mailbox }) => {
  await signUp.open();
  await signUp.fill(jane);
  await signUp.phoneNumber.fill(jane.phone_number);
  await signUp.submit();
  await confirm.arrived();
  await confirm.submit(await mailbox.codeFor(jane.email));
  await profile.arrived();
  expect(JSON.parse(await profile.json()).phone_number).toBe(jane.phone_number);
});

test('a country code is chosen by its name', async ({ signUp, confirm, profile, mailbox }) => {
  await signUp.open();
  await signUp.fill(jane);
  const germany = signUp.countryCode.locator('option').filter({ hasText: 'Germany' });
  await signUp.countryCode.selectOption({ label: (await germany.textContent())!.trim() });
  await signUp.phoneNumber.fill('30 1234567');
  await signUp.submit();
  await confirm.arrived();
  await confirm.submit(await mailbox.codeFor(jane.email));
  await profile.arrived();
  expect(JSON.parse(await profile.json()).phone_number).toBe('+49301234567');
});
