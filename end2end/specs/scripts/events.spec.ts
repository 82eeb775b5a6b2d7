import type { Page } from '@playwright/test';
import { otherThan } from '../../support/mailbox';
import { jane, newEmail } from '../../support/people';
import { expect, test } from '../../support/test';

interface Payload {
  event: string;
  data: unknown;
}

/** Every `auth` event that this page dispatches, on whichever document. */
async function hub(page: Page): Promise<Payload[]> {
  const heard: Payload[] = [];
  await page.exposeFunction('tell', (text: string) => heard.push(JSON.parse(text)));
  await page.addInitScript(() => {
    document.addEventListener('auth', (event) => {
      const { tell } = window as unknown as { tell: (text: string) => void };
      tell(JSON.stringify((event as CustomEvent).detail));
    });
  });
  return heard;
}

const named = (heard: Payload[], event: string) => heard.filter((payload) => payload.event === event);

test.beforeEach(({ door }) => door.enter());

test('the page that asks for a new email dispatches updateUserAttributes with the guide’s payload', async ({ page, updateEmail }) => {
  const heard = await hub(page);
  await updateEmail.open();
  await updateEmail.ask(newEmail);
  await expect(updateEmail.code).toBeVisible();
  await expect.poll(() => named(heard, 'updateUserAttributes')).toEqual([
    {
      event: 'updateUserAttributes',
      data: { email: { isUpdated: false, codeDeliveryDetails: { AttributeName: 'email', DeliveryMedium: 'EMAIL', Destination: 'm***@a***' } } },
    },
  ]);
});

test('the page that saves an attribute dispatches that it is updated', async ({ page, profile }) => {
  const heard = await hub(page);
  await profile.open();
  await profile.edit('About you');
  await profile.field('Family name').fill('Lastname');
  await profile.save();
  await profile.of('Jane Lastname').arrived();
  await expect.poll(() => named(heard, 'updateUserAttributes')).toEqual([
    { event: 'updateUserAttributes', data: { family_name: { isUpdated: true } } },
  ]);
});

test('a refused update dispatches updateUserAttributes_failure with the attribute and why', async ({ page, door, updateEmail }) => {
  const heard = await hub(page);
  await updateEmail.open();
  // What the page can tell by itself is never sent, and is no failure of the service.
  await updateEmail.ask('nonsense');
  await updateEmail.refuses('New email', /email address/i);
  expect(heard).toEqual([]);
  await updateEmail.ask(jane.email);
  await updateEmail.refuses('New email', /already/i);
  await expect.poll(() => named(heard, 'updateUserAttributes_failure')).toEqual([
    { event: 'updateUserAttributes_failure', data: { form: null, fields: [['attributes[email]', 'SameAsNow']] } },
  ]);
  expect((await door.attributes()).email).toBe(jane.email);
});

test('every step that is done is dispatched with what it was about', async ({ page, door, profile, updateEmail, signIn, mailbox }) => {
  const heard = await hub(page);
  await profile.open();
  await profile.edit('About you');
  await profile.delete('nickname');
  await profile.arrived();
  await door.askForEmail(newEmail);
  const code = await mailbox.codeFor(newEmail);
  await updateEmail.open();
  await updateEmail.submit(otherThan(code));
  await updateEmail.refuses('Verification Code (sent to the new email)', /not the code/i);
  await updateEmail.submit(code);
  await profile.arrived();
  await profile.signOut();
  await signIn.arrived();
  await signIn.submit(jane.username, 'not the password');
  await expect(signIn.alert.filter({ hasText: /incorrect/i }).first()).toBeVisible();
  await signIn.submit(jane.username, jane.password);
  await profile.arrived();
  expect(heard.filter(({ event }) => event !== 'updateUserAttributes')).toEqual([
    { event: 'deleteUserAttributes', data: { attributes: ['nickname'] } },
    // Once, although the account's pages are told of it too.
    { event: 'verifyUserAttribute_failure', data: { form: null, fields: [['code', 'WrongCode:4']] } },
    { event: 'verifyUserAttribute', data: { attribute: 'email' } },
    { event: 'signOut', data: { username: jane.username } },
    { event: 'signIn_failure', data: { form: 'WrongCredentials', fields: [] } },
    { event: 'signIn', data: { username: jane.username } },
  ]);
});

test.describe('two tabs', () => {
  test('the screen of the change follows what the other tab does with it', async ({ context, door, mailbox }) => {
    await door.askForEmail(newEmail);
    const second = await context.newPage();
    await second.goto('/profile/email');
    await second.waitForFunction(() => document.documentElement.dataset.awake !== undefined);
    await expect(second.getByRole('button', { name: 'Send Code', exact: true })).toBeVisible();
    await door.verifyEmail(await mailbox.codeFor(newEmail));
    await expect(second.getByRole('button', { name: 'Update Email', exact: true })).toBeVisible();
    await expect(second.locator('dl')).toContainText(newEmail);
    await expect(second.locator('dl')).not.toContainText(jane.email);
  });

  test('the second shows the new address without a reload', async ({ context, door, updateEmail, mailbox, profile }) => {
    const second = await context.newPage();
    await second.goto('/profile');
    await second.waitForFunction(() => document.documentElement.dataset.awake !== undefined);
    await second.evaluate(() => Object.assign(window, { marked: true }));

    await door.askForEmail(newEmail);
    await expect(second.getByText(newEmail).first()).toBeVisible();
    await updateEmail.open();
    await updateEmail.submit(await mailbox.codeFor(newEmail));
    await profile.arrived();

    const email = second.locator('dl > div').filter({ has: second.getByRole('term').filter({ hasText: /^Email$/ }) });
    await expect(email).toContainText(newEmail);
    await expect(email).toContainText('Verified');
    await expect(email).not.toContainText(jane.email);
    expect(await second.evaluate(() => 'marked' in window)).toBe(true);
  });

  test('the second receives the same event', async ({ context, door }) => {
    const second = await context.newPage();
    const heard = await hub(second);
    await second.goto('/profile');
    await second.waitForFunction(() => document.documentElement.dataset.awake !== undefined);
    await door.update({ family_name: 'Lastname' });
    await expect.poll(() => named(heard, 'updateUserAttributes')).toEqual([
      { event: 'updateUserAttributes', data: { family_name: { isUpdated: true } } },
    ]);
  });

  test('signing out in one sends the other to sign-in', async ({ context, profile, signIn }) => {
    const second = await context.newPage();
    await second.goto('/profile');
    await second.waitForFunction(() => document.documentElement.dataset.awake !== undefined);
    await profile.open();
    await profile.signOut();
    await signIn.arrived();
    await expect(second).toHaveURL(/\/sign-in/);
    await expect(second.locator('body')).not.toContainText(jane.email);
  });

  test('another account’s page hears nothing', async ({ visitor, door, mailbox }) => {
    const other = await visitor();
    await other.door.enter({ ...jane, username: 'other', email: 'other@domain.com' });
    const heard = await hub(other.page);
    await other.profile.open();
    await door.update({ family_name: 'Lastname' });
    await other.door.update({ nickname: 'Mine' });
    await expect.poll(() => JSON.stringify(heard)).toContain('nickname');
    expect(JSON.stringify(heard)).not.toContain('family_name');
    expect(await mailbox.messages('other@domain.com')).not.toHaveLength(0);
  });
});

test.describe('ten windows of one browser', () => {
  // More than a browser has connections to one host, over HTTP/1.1.
  test('all follow over one stream, can load pages, and go on when the one that had the stream is closed', async ({ context, page, profile, door }) => {
    const streams: Page[] = [];
    context.on('request', (request) => {
      if (new URL(request.url()).pathname === '/events') streams.push(request.frame().page());
    });
    await profile.open();
    // A window that wakes up after an update has missed it, and has the stream begin again: so all are awake before.
    const openProfile = async (window: Page) => {
      await window.goto('/profile');
      await window.waitForFunction(() => document.documentElement.dataset.awake !== undefined);
    };
    const others = [];
    for (let number = 1; number < 10; number++) {
      const other = await context.newPage();
      await openProfile(other);
      others.push(other);
    }
    const follow = async (pages: Page[], name: string) => {
      await door.update({ family_name: name });
      for (const one of pages) await expect(one.getByRole('heading', { level: 1 })).toHaveText(new RegExp(name));
    };
    await follow([page, ...others], 'Lastname');
    expect(streams).toHaveLength(1);
    for (const other of others) await other.goto('/security');
    for (const other of others) await openProfile(other);
    await page.close();
    await follow(others, 'Again');
    expect(streams).toHaveLength(2);
    await streams[1].close();
    await follow(others.filter((other) => !other.isClosed()), 'Thrice');
  });

  test('without locks or a channel each has a stream of its own', async ({ context, page, profile, door }) => {
    await context.addInitScript(() => Reflect.deleteProperty(window, 'BroadcastChannel'));
    await profile.open();
    const second = await context.newPage();
    await second.goto('/profile');
    await second.waitForFunction(() => document.documentElement.dataset.awake !== undefined);
    await door.update({ family_name: 'Lastname' });
    for (const one of [page, second]) await expect(one.getByRole('heading', { level: 1 })).toHaveText(/Lastname/);
  });
});

test.describe('after the server was away', () => {
  test.use({ allowedOnConsole: /ERR_|EventSource|Failed to load resource: net::/ });

  test('a page catches up with what it missed', async ({ page, profile, server, door }) => {
    const heard = await hub(page);
    await profile.open();
    await server.restart();
    await door.update({ family_name: 'Lastname' });
    await expect.poll(() => named(heard, 'updateUserAttributes').length, { timeout: 15_000 }).toBe(1);
  });
});

test.describe('while nobody looks', () => {
  /** The tab says that it is hidden, or no longer. */
  const hide = (page: Page, hidden: boolean) =>
    page.evaluate((hidden) => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
      document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
    }, hidden);

  test('a page that was opened in the background holds no stream, and opens one when it is looked at', async ({ page, profile, door }) => {
    await page.addInitScript(() => Object.defineProperty(document, 'hidden', { configurable: true, get: () => true }));
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await profile.open();
    await door.update({ family_name: 'Lastname' });
    expect(asked).not.toContain('/events');
    await hide(page, false);
    await expect(profile.heading).toHaveText(/Jane Lastname/);
  });

  test('a page that is hidden lets go without a word, and catches up', async ({ page, profile, door }) => {
    await profile.open();
    await door.update({ nickname: 'One' });
    await expect(profile.value('Nickname')).toContainText('One');
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await hide(page, true);
    await door.update({ nickname: 'Two' });
    expect(asked).toEqual([]);
    await hide(page, false);
    await expect(profile.value('Nickname')).toContainText('Two');
  });
});

test.describe('behind a proxy whose server was away', () => {
  test.use({ allowedOnConsole: /Failed to load resource: .* 502/ });

  test('the stream is asked for again', async ({ page, profile, door }) => {
    let away = true;
    await page.route('**/events*', (route) => (away ? route.fulfill({ status: 502, body: 'Bad Gateway' }) : route.continue()));
    await profile.open();
    await door.update({ family_name: 'Lastname' });
    await expect(profile.heading).toHaveText(/Jane Doe/);
    away = false;
    await expect(profile.heading).toHaveText(/Jane Lastname/, { timeout: 15_000 });
    await door.update({ family_name: 'Again' });
    await expect(profile.heading).toHaveText(/Jane Again/, { timeout: 15_000 });
  });
});
