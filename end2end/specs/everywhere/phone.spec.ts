import { fleeting, quick } from '../../support/configs';
import { otherThan } from '../../support/mailbox';
import { jane } from '../../support/people';
import { expect, test } from '../../support/test';

const london = '+442079460000';

test.beforeEach(({ door }) => door.enter());

test('a number is chosen by country, typed as people do, and proven by a text message', async ({ profile, updatePhone, mailbox }) => {
  await profile.open();
  await profile.link('Update Phone').click();
  await updatePhone.arrived();
  await expect(updatePhone.countryCode).toHaveValue('+1');
  await updatePhone.countryCode.selectOption({ label: 'United Kingdom of Great Britain and Northern Ireland +44' });
  await updatePhone.ask('020 7946 0000');
  await updatePhone.says('+44 20 7946 0000');
  await expect(updatePhone.page.getByText('+1 212 860 1234 stays your number')).toBeVisible();
  expect((await mailbox.messages(london))[0]?.medium).toBe('SMS');
  await updatePhone.ready();
  await updatePhone.submit(await mailbox.codeFor(london));
  await profile.arrived();
  await profile.says('Your phone number is now +44 20 7946 0000.');
  await expect(profile.value('Phone Number')).toContainText('Verified');
  const stored = JSON.parse(await profile.json());
  expect([stored.phone_number, stored.phone_number_verified]).toEqual([london, 'true']);
});

test('the number that is in force, and one that is none, are refused beside the field', async ({ updatePhone, door }) => {
  await updatePhone.open();
  await updatePhone.ask('12');
  await updatePhone.refuses('New phone number', /phone number/i);
  await expect(updatePhone.newPhone).toHaveValue('12');
  await updatePhone.ask(jane.phone_number);
  await updatePhone.refuses('New phone number', /already/i);
  expect((await door.attributes()).phone_number).toBe(jane.phone_number);
});

test('a number given at sign-up is verified from the profile', async ({ page, profile, updatePhone, mailbox }) => {
  await profile.open();
  await profile.button('Verify Phone Number').click();
  await updatePhone.arrived();
  await updatePhone.says('+1 212 860 1234');
  await updatePhone.field('Verification Code (sent to your number)').fill(await mailbox.codeFor(jane.phone_number));
  await updatePhone.button('Send Code').click();
  await profile.arrived();
  await expect(profile.value('Phone Number')).toContainText('Verified');
  await expect(page.getByRole('button', { name: 'Verify' })).toHaveCount(0);
});

test.describe('a pending change', () => {
  test.beforeEach(({ door }) => door.askForPhone(london));

  test('is visible on the profile and can be cancelled', async ({ page, profile, updatePhone, mailbox, door }) => {
    const code = await mailbox.codeFor(london);
    await profile.open();
    await expect(profile.group('Contact')).toContainText('+44 20 7946 0000');
    await updatePhone.open();
    await updatePhone.cancel();
    await updatePhone.says(/cancelled/i);
    expect((await door.post('/profile/phone/verify', { code })).status()).toBe(422);
    await profile.open();
    await expect(page.getByText('+44 20 7946 0000')).toHaveCount(0);
    expect((await door.attributes()).phone_number).toBe(jane.phone_number);
  });

  test('a wrong code has its own words', async ({ updatePhone, mailbox, profile }) => {
    const code = await mailbox.codeFor(london);
    await updatePhone.open();
    await updatePhone.submit(otherThan(code));
    await updatePhone.refuses('Verification Code (sent to the new number)', /not the code/i);
    await updatePhone.ready();
    await updatePhone.submit(code);
    await profile.arrived();
  });
});

test.describe('when the code may be sent again', () => {
  test.use({ config: quick });

  test('resending sends a new one', async ({ updatePhone, mailbox, profile, door }) => {
    await door.askForPhone(london);
    await mailbox.codeFor(london);
    await updatePhone.open();
    await expect(async () => {
      await updatePhone.resend();
      await updatePhone.says(/new code/i, { timeout: 1_000 });
    }).toPass();
    const second = await mailbox.codeFor(london);
    await updatePhone.ready();
    await updatePhone.submit(second);
    await profile.arrived();
  });
});

test.describe('when codes are short-lived', () => {
  test.use({ config: fleeting });

  test('an expired code has its own words', async ({ page, door, mailbox, updatePhone }) => {
    await door.askForPhone(london);
    const code = await mailbox.codeFor(london);
    await expect(async () => {
      await updatePhone.open();
      await expect(page.getByText('The code has expired')).toBeVisible({ timeout: 100 });
    }).toPass();
    await updatePhone.submit(code);
    await updatePhone.refuses('Verification Code (sent to the new number)', /expired/i);
  });
});
