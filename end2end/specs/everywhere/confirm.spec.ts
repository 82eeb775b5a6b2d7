import { patient, quick } from '../../support/configs';
import { otherThan } from '../../support/mailbox';
import { jane } from '../../support/people';
import { expect, test } from '../../support/test';

test.beforeEach(async ({ door, confirm }) => {
  await door.signUp(jane);
  await confirm.open();
});

test('the step survives a reload', async ({ page, confirm, profile, mailbox }) => {
  await page.reload();
  await confirm.ready();
  await expect(confirm.heading).toHaveText(confirm.title);
  await confirm.submit(await mailbox.codeFor(jane.email));
  await profile.arrived();
});

test('there is a way back', async ({ confirm, signIn }) => {
  await confirm.link('Back to Sign In').click();
  await expect(signIn.heading).toHaveText(signIn.title);
});

test('a wrong code is refused in its own words, and the right one still works', async ({ page, confirm, profile, mailbox }) => {
  const code = await mailbox.codeFor(jane.email);
  await confirm.submit(otherThan(code));
  await confirm.refuses('Confirmation Code', /not the code/i);
  await expect(confirm.code).toBeFocused();
  await expect(page).toHaveURL('/confirm');
  await confirm.submit(code);
  await profile.arrived();
});

test('after five wrong codes even the right one is worn out, and a new one helps', async ({ confirm, mailbox }) => {
  const code = await mailbox.codeFor(jane.email);
  for (let tries = 0; tries < 5; tries++) {
    await confirm.submit(otherThan(code));
    await confirm.refuses('Confirmation Code', /\S/);
    await confirm.ready();
  }
  await confirm.submit(code);
  await confirm.refuses('Confirmation Code', /too (many|often)|new code|another code/i);
});

test('the code works in spite of spaces around it', async ({ confirm, profile, mailbox }) => {
  await confirm.submit(` ${await mailbox.codeFor(jane.email)} `);
  await profile.arrived();
});

test.describe('asking for another code', () => {
  test.describe('at once', () => {
    test.use({ config: patient });
    test('says how long to wait', async ({ page, confirm }) => {
      // It looks and says that it can't be pressed yet; whoever presses it all the same is told again.
      await confirm.button('Resend Code').click({ force: true });
      await expect(page.getByText(/another code in \d+ seconds/i).first()).toBeVisible();
      await expect(page).toHaveURL(/\/confirm/);
    });
  });

  test.describe('a little later', () => {
    test.use({ config: quick });
    test('sends one, says so, and the earlier one no longer works', async ({ confirm, profile, mailbox }) => {
      const first = await mailbox.codeFor(jane.email);
      await expect(async () => {
        await confirm.resend();
        await confirm.says(/new code/i, { timeout: 1_000 });
      }).toPass();
      const second = await mailbox.codeFor(jane.email);
      await confirm.ready();
      if (first !== second) {
        await confirm.submit(first);
        await confirm.refuses('Confirmation Code', /\S/);
        await confirm.ready();
      }
      await confirm.submit(second);
      await profile.arrived();
    });
  });
});

test.describe('with the wrong address', () => {
  test.use({ config: quick });
  test('it is corrected on the spot, and the code for the new one confirms', async ({ page, confirm, profile, mailbox }) => {
    const first = await mailbox.codeFor(jane.email);
    await confirm.changeAddress('right@domain.com');
    const code = await mailbox.codeFor('right@domain.com');
    await confirm.ready();
    await expect(page).toHaveURL(/\/confirm/);
    if (first !== code) {
      await confirm.submit(first);
      await confirm.refuses('Confirmation Code', /\S/);
      await confirm.ready();
    }
    await confirm.submit(code);
    await profile.arrived();
    await expect(profile.value('Email')).toContainText('right@domain.com');
  });
});

test('from another browser the code confirms, but does not sign in', async ({ visitor, mailbox }) => {
  const elsewhere = await visitor();
  await elsewhere.confirm.open();
  await elsewhere.confirm.field('Username').fill(jane.username);
  await elsewhere.confirm.submit(await mailbox.codeFor(jane.email));
  await elsewhere.signIn.arrived();
  await elsewhere.signIn.says(/confirmed/i);
  await elsewhere.signIn.submit(jane.username, jane.password);
  await elsewhere.verifyContact.arrived();
  await elsewhere.verifyContact.skip();
  await elsewhere.profile.arrived();
});

test('the right password on an unconfirmed account leads to the code step', async ({ visitor, mailbox }) => {
  await mailbox.codeFor(jane.email);
  const later = await visitor();
  await later.signIn.open();
  await later.signIn.submit(jane.username, jane.password);
  await later.confirm.arrived();
});
