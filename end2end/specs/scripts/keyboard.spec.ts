import { expect, type Locator } from '@playwright/test';
import { jane, newEmail } from '../../support/people';
import { test } from '../../support/test';

/** Presses Tab until the focus is there, as somebody without a mouse would, and sees that it is. */
async function tabTo(target: Locator): Promise<void> {
  const page = target.page();
  for (let presses = 0; presses < 60; presses++) {
    if (await target.evaluate((element) => element === document.activeElement)) {
      const visible = await target.evaluate((element) => {
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
        return (outlineStyle !== 'none' && outlineWidth !== '0px') || boxShadow !== 'none';
      });
      expect(visible, 'the focus can be seen').toBe(true);
      return;
    }
    await page.keyboard.press('Tab');
  }
  throw new Error(`The keyboard does not reach ${target}`);
}

test('the main job with the keyboard alone', async ({ page, signUp, confirm, profile, updateEmail, signIn, mailbox }) => {
  const { keyboard } = page;
  const type = async (field: Locator, text: string) => {
    await tabTo(field);
    await keyboard.type(text);
  };
  const press = async (target: Locator) => {
    await tabTo(target);
    await keyboard.press('Enter');
  };

  await signIn.open();
  await press(signIn.link('Create Account'));
  await expect(signUp.heading).toHaveText(signUp.title);
  await signUp.ready();
  await type(signUp.username, jane.username);
  await type(signUp.email, jane.email);
  await type(signUp.password, jane.password);
  await type(signUp.confirmPassword, jane.password);
  await type(signUp.field('Given Name'), jane.given_name);
  await type(signUp.field('Family Name'), jane.family_name);
  await keyboard.press('Enter');

  await confirm.arrived();
  await type(confirm.code, await mailbox.codeFor(jane.email));
  await keyboard.press('Enter');

  await profile.arrived();
  await press(profile.link('Update Email'));
  await updateEmail.arrived();
  await type(updateEmail.newEmail, newEmail);
  await keyboard.press('Enter');
  await expect(updateEmail.code).toBeVisible();
  await updateEmail.ready();
  await type(updateEmail.code, await mailbox.codeFor(newEmail));
  await keyboard.press('Enter');

  await profile.arrived();
  await expect(profile.value('Email')).toContainText(newEmail);
  await press(profile.button('Sign out'));
  await signIn.arrived();
});
