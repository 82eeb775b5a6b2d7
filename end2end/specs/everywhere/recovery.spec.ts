import { quick } from '../../support/configs';
import { otherThan } from '../../support/mailbox';
import { jane } from '../../support/people';
import { expect, test } from '../../support/test';

const another = 'another-random-passphrase';

test.describe('a forgotten password', () => {
  test.beforeEach(async ({ context, door }) => {
    await door.enter();
    await context.clearCookies();
  });

  test('from the sign-in to a new one, and the person is told', async ({ page, signIn, forgotPassword, resetPassword, profile, verifyContact, mailbox }) => {
    await signIn.open();
    await signIn.link('Forgot your password?').click();
    await forgotPassword.arrived();
    await expect(forgotPassword.username).toHaveAttribute('autocomplete', 'username');
    await forgotPassword.submit(jane.username);

    await resetPassword.arrived();
    await expect(page.getByRole('main')).toContainText(`If ${jane.username} belongs to an account`);
    await expect(page.getByRole('main')).not.toContainText('***');
    await expect(resetPassword.code).toHaveAttribute('autocomplete', 'one-time-code');
    await expect(resetPassword.newPassword).toHaveAttribute('autocomplete', 'new-password');
    await expect(resetPassword.confirmPassword).toHaveAttribute('autocomplete', 'new-password');
    await resetPassword.submit(await mailbox.codeFor(jane.email), another);

    await signIn.arrived();
    await signIn.says(/password was changed/i);
    await signIn.submit(jane.username, another);
    await verifyContact.arrived();
    await verifyContact.skip();
    await profile.arrived();
    await mailbox.message(jane.email, /password was changed/);
  });

  test('the step survives a reload, and there is a way back', async ({ page, signIn, forgotPassword, resetPassword, mailbox }) => {
    await forgotPassword.open();
    await forgotPassword.submit(jane.username);
    await resetPassword.arrived();
    await page.reload();
    await resetPassword.ready();
    await expect(page.getByRole('main')).toContainText(jane.username);
    expect(page.url()).not.toContain(jane.username);
    await resetPassword.link('Back to Sign In').click();
    await signIn.arrived();
    await resetPassword.open();
    await resetPassword.submit(await mailbox.codeFor(jane.email), another);
    await signIn.arrived();
  });

  test('what is wrong is said beside its field, and the right code still works', async ({ page, signIn, forgotPassword, resetPassword, mailbox }) => {
    await forgotPassword.open();
    await forgotPassword.submit('');
    await forgotPassword.refuses('Enter your username', /\S/);
    await expect(forgotPassword.username).toBeFocused();
    await forgotPassword.submit(jane.username);
    await resetPassword.arrived();
    const code = await mailbox.codeFor(jane.email);

    await resetPassword.submit('12', 'short', 'other');
    await resetPassword.refuses('Code', /6 to 8 digits/);
    await resetPassword.refuses('New Password', /at least 8 characters/);
    await resetPassword.refuses('Confirm Password', /must match/);
    await expect(resetPassword.code).toBeFocused();
    await resetPassword.ready();

    await resetPassword.submit(otherThan(code), another);
    await resetPassword.refuses('Code', /not the code/);
    await expect(resetPassword.code).toBeFocused();
    await resetPassword.ready();
    expect(page.url()).not.toContain(code);

    await resetPassword.submit(code, another);
    await signIn.arrived();
  });

  test('a name that is nobody’s looks the same', async ({ page, forgotPassword, resetPassword, mailbox }) => {
    const seen: string[] = [];
    for (const name of [jane.username, 'nobody']) {
      await forgotPassword.open();
      await forgotPassword.submit(name);
      await resetPassword.arrived();
      const words = await page.getByRole('main').innerText();
      seen.push(words.replaceAll(name, 'name').replace(/\d+ seconds?/, 'seconds').replace(/\d\d:\d\d UTC/, 'time'));
      await resetPassword.submit('000000', another);
      await resetPassword.refuses('Code', /4 tries left/);
    }
    expect(seen[0]).toBe(seen[1]);
    await mailbox.message(jane.email, /Reset your Nameplate password/);
  });

  test('another browser enters the code with the name', async ({ visitor, forgotPassword, resetPassword, mailbox }) => {
    await forgotPassword.open();
    await forgotPassword.submit(jane.username);
    await resetPassword.arrived();
    const elsewhere = await visitor();
    await elsewhere.resetPassword.open();
    await elsewhere.resetPassword.field('Username').fill(jane.username);
    await elsewhere.resetPassword.submit(await mailbox.codeFor(jane.email), another);
    await elsewhere.signIn.arrived();
  });

  test('another code has to wait, and the page says how long', async ({ page, forgotPassword, resetPassword }) => {
    await forgotPassword.open();
    await forgotPassword.submit(jane.username);
    await resetPassword.arrived();
    await resetPassword.button('Resend Code').click({ force: true });
    await expect(page.getByText(/another code in \d+ seconds/i).first()).toBeVisible();
    await expect(page).toHaveURL(/\/reset-password/);
  });

  test.describe('asking for another code', () => {
    test.use({ config: quick });
    test('sends one, says so, and the earlier one no longer works', async ({ signIn, forgotPassword, resetPassword, mailbox }) => {
      await forgotPassword.open();
      await forgotPassword.submit(jane.username);
      await resetPassword.arrived();
      const first = await mailbox.codeFor(jane.email);
      await resetPassword.resend();
      await resetPassword.says(/new code is on its way/i);
      const second = await mailbox.codeFor(jane.email);
      await resetPassword.ready();
      if (first !== second) {
        await resetPassword.submit(first, another);
        await resetPassword.refuses('Code', /\S/);
        await resetPassword.ready();
      }
      await resetPassword.submit(second, another);
      await signIn.arrived();
    });
  });
});

test('a new password signs every other browser out', async ({ door, profile, scripts, page, visitor, mailbox }) => {
  await door.enter();
  await profile.open();
  const other = await visitor();
  await other.forgotPassword.open();
  await other.forgotPassword.submit(jane.username);
  await other.resetPassword.arrived();
  await other.resetPassword.submit(await mailbox.codeFor(jane.email), another);
  await other.signIn.arrived();
  // An open page hears of it; without scripts the next click finds it out.
  if (!scripts) await page.reload();
  await expect(page).toHaveURL('/sign-in?next=/profile');
});
