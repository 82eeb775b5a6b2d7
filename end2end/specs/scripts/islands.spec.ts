import { cached, isMarked, mark } from '../../support/awake';
import { jane } from '../../support/people';
import { expect, test } from '../../support/test';

/** The forms that a page sends; that it re-reads what it shows is no step of anybody's. */
const posts = (page: import('@playwright/test').Page) => {
  const seen: string[] = [];
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (request.method() === 'POST' && pathname !== '/profile/refresh') seen.push(pathname);
  });
  return seen;
};

test('a refusal shows without a reload, and the focus goes to the first error', async ({ page, signIn }) => {
  await signIn.open();
  await mark(page);
  await signIn.submit('nobody', 'not the password');
  await expect(signIn.alert.filter({ hasText: /incorrect|wrong/i }).first()).toBeVisible();
  expect(await isMarked(page)).toBe(true);
  await expect(signIn.username).toHaveValue('nobody');
  expect(await page.evaluate(() => document.activeElement?.tagName)).not.toBe('BODY');
});

test('a field is checked when it is left, with the words of the server', async ({ page, signUp }) => {
  const sent = posts(page);
  await signUp.open();
  await signUp.email.fill('me@domain');
  await signUp.email.blur();
  await signUp.refuses('Email', /email address/i);
  await signUp.password.fill('short');
  await signUp.password.blur();
  await signUp.refuses('Password', 'Password must have at least 8 characters');
  await signUp.confirmPassword.fill('other');
  await signUp.confirmPassword.blur();
  await signUp.refuses('Confirm Password', 'Your passwords must match');

  await signUp.email.fill(jane.email);
  await signUp.email.blur();
  await expect(signUp.email).not.toHaveAttribute('aria-invalid', 'true');
  expect(sent).toEqual([]);
});

test('errors that arrive late move nothing', async ({ page, signUp }) => {
  await signUp.open();
  const places = () =>
    page.locator('input:visible, select:visible, main button:visible').evaluateAll((all) =>
      all.map((one) => `${one.getAttribute('name') ?? one.textContent}: ${Math.round(one.getBoundingClientRect().top + scrollY)}`),
    );
  const before = await places();
  await signUp.email.fill('me@domain');
  await signUp.email.blur();
  await signUp.refuses('Email', /email address/i);
  await signUp.confirmPassword.fill('x');
  await signUp.confirmPassword.blur();
  await signUp.refuses('Confirm Password', 'Your passwords must match');
  expect(await places()).toEqual(before);
});

test('a double click submits once', async ({ page, signUp, confirm, mailbox }) => {
  await signUp.open();
  await signUp.fill(jane);
  const sent = posts(page);
  await signUp.button('Create Account').dblclick();
  await confirm.arrived();
  expect(sent).toEqual(['/sign-up']);
  expect(await mailbox.messages(jane.email)).toHaveLength(1);
});

test('a form says that it is being sent', async ({ page, signIn, door, profile }) => {
  await door.enter();
  await door.signOut();
  await signIn.open();
  let answer = () => {};
  const held = new Promise<void>((go) => (answer = go));
  await page.route('**/sign-in', async (route) => {
    if (route.request().method() === 'POST') await held;
    await route.continue();
  });
  await signIn.submit(jane.username, jane.password);
  await expect(page.locator('[aria-busy=true]').first()).toBeVisible();
  answer();
  await profile.arrived();
});

test('posting before the WASM has arrived works', async ({ page, signUp, mailbox }) => {
  await page.route('**/*.wasm', () => new Promise(() => {}));
  await page.goto('/sign-up');
  await signUp.fill(jane);
  await signUp.submit();
  await expect(page).toHaveURL('/confirm');
  await page.getByRole('textbox', { name: 'Confirmation Code' }).fill(await mailbox.codeFor(jane.email));
  await page.getByRole('button', { name: 'Confirm', exact: true }).click();
  await expect(page).toHaveURL('/profile');
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Jane Doe');
  await page.unrouteAll({ behavior: 'ignoreErrors' });
});

test('a password can be looked at', async ({ page, signIn }) => {
  await signIn.open();
  await signIn.password.fill('something');
  await expect(signIn.password).toHaveAttribute('type', 'password');
  await page.getByRole('button', { name: 'Show password' }).click();
  await expect(signIn.password).toHaveAttribute('type', 'text');
  await page.getByRole('button', { name: /(Hide|Show) password/ }).click();
  await expect(signIn.password).toHaveAttribute('type', 'password');
});

test('Back and Reload never lose or repeat a step', async ({ page, signUp, confirm, profile, mailbox }) => {
  await signUp.open();
  await signUp.fill(jane);
  await signUp.submit();
  await confirm.arrived();
  const sent = posts(page);
  await page.reload();
  await confirm.ready();
  await page.goBack(cached);
  await expect(page).toHaveURL('/sign-up');
  await page.goForward(cached);
  await expect(page).toHaveURL('/confirm');
  await confirm.ready();
  expect(sent).toEqual([]);
  expect(await mailbox.messages(jane.email)).toHaveLength(1);
  await confirm.submit(await mailbox.codeFor(jane.email));
  await profile.arrived();
  await page.reload();
  await expect(profile.heading).toHaveText(profile.title);
  expect(sent).toEqual(['/confirm']);
});

test('Back from the profile does not offer a step that is done', async ({ page, signUp, profile, confirm, mailbox }) => {
  await signUp.open();
  await signUp.fill(jane);
  await signUp.submit();
  await confirm.arrived();
  await confirm.submit(await mailbox.codeFor(jane.email));
  await profile.arrived();
  await page.goBack(cached);
  await expect(page).toHaveURL('/profile');
  await expect(profile.heading).toHaveText(profile.title);
});

test('saving without a change leaves the form and sends nothing', async ({ page, door, profile }) => {
  await door.enter();
  await profile.open();
  await profile.edit('About you');
  const sent = posts(page);
  await profile.save();
  await expect(profile.link('Edit About you')).toBeVisible();
  expect(sent).toEqual([]);
});

test('a form that comes back from the page cache can be sent again', async ({ page, signIn, signUp, door, profile }) => {
  await door.enter();
  await door.signOut();
  await signIn.open();
  await signIn.toCreateAccount();
  await expect(signUp.heading).toHaveText(signUp.title);
  await page.goBack(cached);
  await expect(signIn.heading).toHaveText(signIn.title);
  await signIn.ready();
  await signIn.submit(jane.username, jane.password);
  await profile.arrived();
});

test.describe('with the server out of reach', () => {
  test.use({ allowedOnConsole: /Failed to load resource: net::ERR_/ });

  test('it is said, what was typed stays, and the next try works', async ({ page, context, signIn, door, profile }) => {
    await door.enter();
    await door.signOut();
    await signIn.open();
    await context.setOffline(true);
    await signIn.submit(jane.username, jane.password);
    await expect(signIn.alert.filter({ hasText: /try again/i }).first()).toBeVisible();
    await expect(signIn.username).toHaveValue(jane.username);
    await context.setOffline(false);
    await signIn.button('Sign in').click();
    await profile.arrived();
    expect(page.url()).toMatch(/\/profile$/);
  });
});
