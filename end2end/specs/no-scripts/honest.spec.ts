import { cached } from '../../support/awake';
import { jane } from '../../support/people';
import { expect, test } from '../../support/test';

test('a refused form answers with its own page and an honest status', async ({ page, signUp, signIn }) => {
  await signUp.open();
  const refused = page.waitForResponse((answer) => answer.request().method() === 'POST');
  await signUp.submit();
  expect((await refused).status()).toBe(422);
  expect((await refused).headers()['cache-control']).toBe('private, no-cache');

  await signIn.open();
  const wrong = page.waitForResponse((answer) => answer.request().method() === 'POST');
  await signIn.submit('nobody', 'nothing at all');
  expect((await wrong).status()).toBe(401);
});

test('success is 303, and Back and Reload do not repeat the step', async ({ page, signUp, confirm, profile, mailbox }) => {
  await signUp.open();
  await signUp.fill(jane);
  const created = page.waitForResponse((answer) => answer.request().method() === 'POST');
  await signUp.submit();
  expect((await created).status()).toBe(303);
  await confirm.arrived();
  const posts: string[] = [];
  page.on('request', (request) => void (request.method() === 'POST' && posts.push(request.url())));
  await page.reload();
  await page.goBack(cached);
  await expect(page).toHaveURL('/sign-up');
  await page.goForward(cached);
  await expect(page).toHaveURL('/confirm');
  await expect(confirm.heading).toHaveText(confirm.title);
  expect(posts).toEqual([]);
  expect(await mailbox.messages(jane.email)).toHaveLength(1);
  await confirm.submit(await mailbox.codeFor(jane.email));
  await profile.arrived();
});

test('nothing that needs scripts is offered', async ({ signIn, page }) => {
  await signIn.open();
  await expect(page.getByRole('button', { name: /Show/ })).toHaveCount(0);
});
