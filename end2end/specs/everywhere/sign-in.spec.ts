import { cached } from '../../support/awake';
import { jane } from '../../support/people';
import { expect, test } from '../../support/test';

test.describe('signed out', () => {
  test('a page that needs a sign-in comes back after it', async ({ page, door, signIn, updateEmail }) => {
    await door.enter();
    await door.signOut();
    await page.goto('/profile/email');
    await expect(page).toHaveURL('/sign-in?next=/profile/email');
    await signIn.ready();
    await signIn.submit(jane.username, jane.password);
    await updateEmail.arrived();
  });

  test('every page of an account comes back after the sign-in that it asks for', async ({ page, door, signIn }) => {
    await door.enter();
    for (const path of ['/profile', '/profile/phone', '/security/password', '/security/app', '/security/recovery-codes', '/activity', '/account/delete']) {
      await door.signOut();
      await page.goto(path);
      await expect(page).toHaveURL(`/sign-in?next=${path}`);
      await signIn.ready();
      await signIn.submit(jane.username, jane.password);
      await expect(page).toHaveURL(path);
    }
  });

  test('a form whose session is over leads to the sign-in, and that back to its page', async ({ page, door, app, signIn, scripts }) => {
    await door.enter();
    await app.open();
    await door.signOut();
    await app.button('Show the QR code').click();
    if (scripts) await page.getByRole('link', { name: 'Sign in again' }).click();
    await expect(page).toHaveURL('/sign-in?next=/security/app');
    await signIn.ready();
    await signIn.submit(jane.username, jane.password);
    await app.arrived();
  });

  for (const next of ['//evil.example', 'https://evil.example/', '/\\evil.example', '/profile/../..//evil.example', 'javascript:alert(1)']) {
    test(`a hostile next leads nowhere: ${next}`, async ({ page, door, signIn, profile, server }) => {
      await door.enter();
      await door.signOut();
      await signIn.open(`?next=${encodeURIComponent(next)}`);
      await signIn.submit(jane.username, jane.password);
      await profile.arrived();
      expect(new URL(page.url()).origin).toBe(server.url);
    });
  }

  test('a wrong password and an unknown name are answered alike, the name is kept, the password is not', async ({ page, door, signIn, scripts }) => {
    await door.enter();
    await door.signOut();
    const answers: string[] = [];
    for (const [username, password] of [[jane.username, 'not the password'], ['nobody', 'not the password']] as const) {
      await signIn.open();
      await signIn.submit(username, password);
      const alert = signIn.alert.filter({ hasText: /incorrect|wrong/i }).first();
      await expect(alert).toBeVisible();
      answers.push((await alert.textContent()) ?? '');
      await expect(signIn.username).toHaveValue(username);
      if (!scripts) await expect(signIn.password).toHaveValue('');
      expect(await page.content()).not.toContain('not the password');
    }
    expect(answers[0]).toBe(answers[1]);
  });

  test('a confirmed email address signs in as well, however it is written', async ({ door, signIn, profile }) => {
    await door.enter();
    await door.signOut();
    await signIn.open();
    await signIn.submit(' Me@Domain.com ', jane.password);
    await profile.arrived();
  });
});

test.describe('signed in', () => {
  test.beforeEach(({ door }) => door.enter());

  for (const path of ['/', '/sign-in', '/sign-up']) {
    test(`${path} leads to the profile`, async ({ page }) => {
      await page.goto(path);
      await expect(page).toHaveURL('/profile');
    });
  }

  test('after Sign out, Back shows nothing of the person', async ({ page, profile, signIn }) => {
    await profile.open();
    await profile.link('Update Email').click();
    await expect(page).toHaveURL('/profile/email');
    await page.goBack(cached);
    await expect(page).toHaveURL('/profile');
    await profile.ready();
    await profile.signOut();
    await signIn.arrived();
    for (let back = 0; back < 3; back++) {
      await page.goBack(cached).catch(() => undefined);
      await expect(page.locator('body')).not.toContainText(jane.email);
      await expect(page.locator('body')).not.toContainText('Jane');
    }
  });

  test('the way out has a page of its own with a button', async ({ page, signIn }) => {
    await page.goto('/sign-out');
    await page.getByRole('main').getByRole('button', { name: 'Sign out' }).click();
    await signIn.arrived();
  });

  test('a session survives a restart of the server', async ({ server, profile }) => {
    await server.restart();
    await profile.open();
    await expect(profile.heading).toHaveText(profile.title);
  });
});
