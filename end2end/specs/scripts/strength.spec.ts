import type { Page } from '@playwright/test';
import { jane } from '../../support/people';
import { expect, test } from '../../support/test';

const strength = (page: Page) => page.locator('.strength');

test('a new password is estimated while it is typed, and nothing of it is sent', async ({ page, signUp }) => {
  await signUp.open();
  const sent: string[] = [];
  page.on('request', (request) => sent.push(request.url()));
  await expect(strength(page)).toBeEmpty();
  for (const [typed, words] of [
    ['password', 'Weak'],
    ['aaaaaaaaaaaaaaaa', 'Weak'],
    ['1234567890', 'Weak'],
    ['kdjfhgwe', 'Fair'],
    ['kdjfhgweqpzm', 'Good'],
    ['correct horse battery staple', 'Strong'],
  ] as const) {
    await signUp.password.fill(typed);
    await expect(strength(page)).toHaveText(words);
  }
  await expect(strength(page)).toHaveAttribute('role', 'status');
  await signUp.password.fill('');
  await expect(strength(page)).toBeEmpty();
  expect(sent).toEqual([]);
});

test('a password that is mostly the person’s own name is weak, whichever is typed first', async ({ page, signUp }) => {
  await signUp.open();
  await signUp.password.fill('mirabelle.tuttle');
  await expect(strength(page)).not.toHaveText('Weak');
  await signUp.email.fill('Mirabelle.Tuttle@example.com');
  await expect(strength(page)).toHaveText('Weak');
});

test('the pages of an account know its names', async ({ page, door, security }) => {
  await door.enter();
  await page.goto('/security/password');
  await security.ready();
  await security.newPassword.fill(`${jane.given_name}${jane.family_name}1`);
  await expect(strength(page)).toHaveText('Weak');
  await security.newPassword.fill('correct horse battery staple');
  await expect(strength(page)).toHaveText('Strong');
});

test('whoever sets a password with a code is told too', async ({ page, resetPassword }) => {
  await resetPassword.open();
  await resetPassword.newPassword.fill('kdjfhgweqpzm');
  await expect(strength(page)).toHaveText('Good');
});
