import { expect, type Page, test as base } from '@playwright/test';
import { serveApp } from '../../support/app';
import { quick } from '../../support/configs';
import { Mailbox, otherThan } from '../../support/mailbox';
import { jane } from '../../support/people';
import { Server } from '../../support/server';

interface Fixtures {
  server: Server;
  mailbox: Mailbox;
  /** Where the app is: another origin than the service's. */
  app: string;
}

const test = base.extend<Fixtures>({
  server: async ({}, use) => {
    const server = await Server.start({ config: quick });
    await use(server);
    await server.end();
  },
  mailbox: async ({ server }, use) => use(new Mailbox(server.url)),
  app: async ({ server, context }, use) => {
    const app = await serveApp('example/dist', (usual) => ({
      ...usual,
      aws_user_pools_id: server.pool,
      Auth: { endpoint: server.url },
    }));
    const elsewhere: string[] = [];
    context.on('request', (request) => {
      const { origin, protocol } = new URL(request.url());
      if (protocol.startsWith('http') && origin !== app.url && origin !== server.url) elsewhere.push(request.url());
    });
    await use(app.url);
    await app.end();
    expect(elsewhere, 'requests to elsewhere').toEqual([]);
  },
});

const newEmail = 'updatedEmail@mydomain.com';

/** What the app says on the console, as the guide has it. */
function listen(page: Page): string[] {
  const said: string[] = [];
  page.on('console', (message) => said.push(message.text()));
  return said;
}

async function signIn(page: Page, username: string, password: string): Promise<void> {
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

const shown = async (page: Page) => JSON.parse(await page.locator('pre').innerText());

test("the guide's own application works with nothing but its configuration changed", async ({ page, app, mailbox }) => {
  const said = listen(page);

  await test.step('signs up with attributes, confirms, and is signed in', async () => {
    await page.goto(app);
    await page.getByRole('tab', { name: 'Create Account' }).click();
    await page.getByLabel('Username').fill(jane.username);
    await page.getByLabel('Password', { exact: true }).fill(jane.password);
    await page.getByLabel('Confirm Password', { exact: true }).fill(jane.password);
    await page.getByLabel('Email').fill(jane.email);
    await page.getByLabel('Phone Number').fill('2128601234');
    await page.getByLabel('Given Name').fill(jane.given_name);
    await page.getByLabel('Family Name').fill(jane.family_name);
    await page.getByLabel('Nickname').fill(jane.nickname);
    await page.getByRole('button', { name: 'Create Account' }).click();
    await expect(page.getByText('Your code is on the way. To log in, enter the code we emailed to m***@d***')).toBeVisible();
    await page.getByLabel('Confirmation Code').fill(await mailbox.codeFor(jane.email));
    await page.getByRole('button', { name: 'Confirm', exact: true }).click();
    await expect(page.locator('pre')).toBeVisible();
    const { username, password, ...given } = jane;
    expect(await shown(page)).toMatchObject({ ...given, email_verified: true, phone_number_verified: false });
  });

  await test.step('updates the email address, which stays until the code is entered', async () => {
    await page.getByRole('button', { name: 'Update Email' }).click();
    await page.getByLabel('Verification Code (sent to the new email)').waitFor();
    expect(said).toContain('a verification code is sent');
    const code = await mailbox.codeFor(newEmail);
    await page.getByLabel('Verification Code (sent to the new email)').fill(otherThan(code));
    await page.getByRole('button', { name: 'Send Code' }).click();
    await expect.poll(() => said.join('\n')).toMatch(/failed with error CodeMismatchException: Invalid verification code provided/);
    await page.reload();
    await expect(page.locator('pre')).toContainText(jane.email);

    await page.getByRole('button', { name: 'Update Email' }).click();
    await page.getByLabel('Verification Code (sent to the new email)').fill(await mailbox.codeFor(newEmail));
    await page.getByRole('button', { name: 'Send Code' }).click();
    await expect.poll(() => said).toContain('email verified');
  });

  await test.step('signs out, and sees the new address after signing in with it', async () => {
    await page.getByRole('button', { name: 'Sign out' }).click();
    await signIn(page, newEmail, 'not-the-password');
    await expect(page.getByText('Incorrect username or password.')).toBeVisible();
    await signIn(page, newEmail, jane.password);
    await expect(page.locator('pre')).toContainText('"email": "updatedEmail@mydomain.com"');
    expect(await shown(page)).toMatchObject({ email_verified: true, given_name: 'Jane' });
  });

  await test.step('gets fresh tokens when those that it has are out of date', async () => {
    const kept = () => page.evaluate(() => Object.entries(localStorage).find(([name]) => name.endsWith('.accessToken'))![1]);
    const old = await kept();
    await page.evaluate(() => {
      const clock = Object.keys(localStorage).find((name) => name.endsWith('.clockDrift'))!;
      localStorage.setItem(clock, '-7200');
    });
    await page.reload();
    await expect(page.locator('pre')).toContainText(newEmail);
    expect(await kept()).not.toBe(old);
  });
});
