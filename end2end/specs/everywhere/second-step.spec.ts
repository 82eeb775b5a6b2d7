import { AppPage } from '../../pages/second-step';
import { quick, wary } from '../../support/configs';
import { otherThan } from '../../support/mailbox';
import { jane } from '../../support/people';
import { expect, test } from '../../support/test';
import { shownBy } from '../../support/totp';

test.beforeEach(({ door }) => door.enter());

test('an authenticator app is set up, asked for, and turned off again', async ({
  security,
  app,
  recoveryCodes,
  signIn,
  secondStep,
  profile,
  mailbox,
}) => {
  await security.open();
  await security.link('Set up Authenticator app').click();
  await app.arrived();
  const key = await app.begin();
  await app.submit(otherThan(shownBy(key)));
  await app.refuses('Code', /not the code that your app shows/);
  await app.ready();
  await app.submit(shownBy(key));
  await recoveryCodes.arrived();
  await recoveryCodes.says(/second step/);
  const codes = await recoveryCodes.codes();
  expect(codes).toHaveLength(10);
  await recoveryCodes.button('I have saved them').click();
  await security.arrived();
  await expect(security.step('Authenticator app')).toContainText('On');
  await mailbox.message(jane.email, /takes a second step/);

  await security.button('Sign out').click();
  await signIn.arrived();
  await signIn.submit(jane.username, jane.password);
  await secondStep.arrived();
  await expect(secondStep.code).toHaveAttribute('autocomplete', 'one-time-code');
  await secondStep.submit(otherThan(shownBy(key, 1)));
  await secondStep.refuses('Code', /not the code that your app shows/);
  await secondStep.ready();
  await secondStep.submit(shownBy(key, 1));
  await profile.arrived();

  await security.open();
  const turnOff = security.step('Authenticator app').getByRole('button', { name: /Turn off/ });
  await turnOff.click();
  const stepCode = security.stepCode.filter({ visible: true });
  await expect(stepCode).toBeVisible();
  await security.ready();
  await stepCode.fill(codes[0]!);
  await turnOff.click();
  await security.arrived();
  await security.says(/turned off/);
  await expect(security.step('Authenticator app')).not.toContainText('On');
  await mailbox.message(jane.email, /second step was turned off/);
});

test('a lost phone is no dead end', async ({ page, app, recoveryCodes, secondStep, door, signIn, profile }) => {
  await app.open();
  const key = await app.begin();
  await app.submit(shownBy(key));
  await recoveryCodes.arrived();
  const [code] = await recoveryCodes.codes();
  await door.signOut();
  await signIn.open();
  await signIn.submit(jane.username, jane.password);
  await secondStep.arrived();
  await secondStep.otherWays();
  await secondStep.recover('aaaaa-aaaaa');
  await secondStep.refuses('Recovery code', /none of your recovery codes/);
  await secondStep.ready();
  await secondStep.recover(code!.toUpperCase());
  await profile.arrived();
  await page.goto('/activity');
  await expect(page.getByText('Recovery code used to sign in, 9 left')).toBeVisible();
});

test.describe('by mail', () => {
  test.use({ config: quick });

  test('a code is sent, sent again, and another way chosen', async ({ security, app, recoveryCodes, signIn, secondStep, profile, mailbox }) => {
    await app.open();
    const key = await app.begin();
    await app.submit(shownBy(key));
    await recoveryCodes.arrived();
    const codes = await recoveryCodes.codes();
    await security.open();
    const email = security.step('Email');
    await security.withStepCode(email.getByRole('button', { name: /Turn on/ }), codes[0]!);
    await security.withStepCode(email.getByRole('button', { name: /Ask first/ }), codes[1]!);
    await expect(security.step('Email')).toContainText('Asked first');
    await security.button('Sign out').click();
    await signIn.arrived();
    await signIn.submit(jane.username, jane.password);
    await secondStep.arrived();
    await expect(secondStep.heading).toHaveText('Confirm Email Code');
    await mailbox.codeFor(jane.email);
    await secondStep.button('Resend Code').click();
    await secondStep.says(/new code/);
    await mailbox.codeFor(jane.email);
    await secondStep.ready();
    await secondStep.otherWays();
    await secondStep.button('Use your authenticator app').click();
    await expect(secondStep.heading).toHaveText('Confirm TOTP Code');
    await secondStep.ready();
    await secondStep.otherWays();
    await secondStep.button('Get a code by email').click();
    await expect(secondStep.heading).toHaveText('Confirm Email Code');
    await secondStep.ready();
    await secondStep.submit(await mailbox.codeFor(jane.email));
    await profile.arrived();
  });
});

test.describe('when the sign-in is old', () => {
  test.use({ config: wary });

  test('the password is asked for in place, and it goes on', async ({ context, scripts, security, recoveryCodes }) => {
    await security.open();
    const another = new AppPage(await context.newPage(), scripts);
    await expect(async () => {
      await another.open();
      await expect(another.field('Current Password')).toBeVisible({ timeout: 100 });
    }).toPass();
    await another.page.close();

    await security.step('Email').getByRole('button', { name: /Turn on/ }).click();
    await expect(security.currentPassword.filter({ visible: true })).toBeVisible();
    await security.ready();
    await security.currentPassword.filter({ visible: true }).fill(jane.password);
    await security.step('Email').getByRole('button', { name: /Turn on/ }).click();
    await recoveryCodes.arrived();
    expect(await recoveryCodes.codes()).toHaveLength(10);
  });
});
