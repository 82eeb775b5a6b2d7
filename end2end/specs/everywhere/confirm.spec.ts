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
    await confirm.changeAddress('right@domain.com', jane.password);
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

test.describe('from another browser', () => {
  test('the password from sign-up confirms everything that was entered', async ({ visitor, mailbox }) => {
    const elsewhere = await visitor();
    await elsewhere.confirm.open();
    await elsewhere.confirm.submitFor(jane.username, await mailbox.codeFor(jane.email));
    await elsewhere.choosePassword.arrived();
    await elsewhere.choosePassword.enterFirst('not the password');
    await elsewhere.choosePassword.refuses('Password from sign-up', /isn’t the password/i);
    await elsewhere.choosePassword.ready();
    await elsewhere.choosePassword.enterFirst(jane.password);
    await elsewhere.profile.arrived();
  });

  test('a new password confirms the address alone', async ({ visitor, mailbox }) => {
    const elsewhere = await visitor();
    await elsewhere.confirm.open();
    await elsewhere.confirm.submitFor(jane.username, await mailbox.codeFor(jane.email));
    await elsewhere.choosePassword.arrived();
    await elsewhere.page.reload();
    await elsewhere.choosePassword.arrived();
    await elsewhere.choosePassword.choose('short', 'other');
    await elsewhere.choosePassword.refuses('New Password', /at least/i);
    await elsewhere.choosePassword.ready();
    await elsewhere.choosePassword.choose('another+calm-Fjord-42');
    await elsewhere.profile.of(jane.username).arrived();
    await expect(elsewhere.profile.value('Email')).toContainText(jane.email);
  });
});

test.describe('when someone else signs up with the same details', () => {
  test.use({ config: quick });
  test('no password from sign-up counts, and whoever has the code chooses one', async ({ confirm, choosePassword, profile, visitor, mailbox }) => {
    const code = await mailbox.codeFor(jane.email);
    const stranger = await visitor();
    await stranger.door.signUp({ ...jane, password: 'the+strangers-own-1' });
    await confirm.submit(code);
    await choosePassword.arrived();
    await expect(choosePassword.page.getByText(/someone else tried to sign up/i)).toBeVisible();
    await expect(choosePassword.first).toHaveCount(0);
    await choosePassword.choose('another+calm-Fjord-42');
    await profile.of(jane.username).arrived();
    await stranger.signIn.open();
    await stranger.signIn.submit(jane.username, 'the+strangers-own-1');
    await expect(stranger.page.getByText(/incorrect/i).first()).toBeVisible();
  });

  test('whoever comes second to a name keeps the rest under another one', async ({ confirm, profile, visitor, mailbox }) => {
    const code = await mailbox.codeFor(jane.email);
    const other = await visitor();
    await other.door.signUp({ ...jane, email: 'other@domain.com' });
    await other.confirm.open();
    await other.confirm.submit(await mailbox.codeFor('other@domain.com'));
    await other.profile.arrived();
    await confirm.open();
    await confirm.field('New username').fill('jane-two');
    await confirm.submit(code);
    await profile.arrived();
    await expect(profile.value('Email')).toContainText(jane.email);
  });
});

test('the right password on an unconfirmed account leads to the code step', async ({ visitor, mailbox }) => {
  await mailbox.codeFor(jane.email);
  const later = await visitor();
  await later.signIn.open();
  await later.signIn.submit(jane.username, jane.password);
  await later.confirm.arrived();
});
