import { type Browser, type BrowserContext, expect, type Page, test as base } from '@playwright/test';
import { AccountPage } from '../pages/account';
import { ActivityPage } from '../pages/activity';
import { ChoosePasswordPage } from '../pages/choose-password';
import { ConfirmPage } from '../pages/confirm';
import { ConfirmIdentityPage } from '../pages/confirm-identity';
import { ForgotPasswordPage } from '../pages/forgot-password';
import { ProfilePage } from '../pages/profile';
import { ResetPasswordPage } from '../pages/reset-password';
import { UndoPage } from '../pages/undo';
import { AppPage, RecoveryCodesPage, SecondStepPage } from '../pages/second-step';
import { NewPasswordPage, RequiredPage } from '../pages/asked';
import { SecurityPage } from '../pages/security';
import { SignInPage } from '../pages/sign-in';
import { SignUpPage } from '../pages/sign-up';
import { UpdateEmailPage } from '../pages/update-email';
import { UpdatePhonePage } from '../pages/update-phone';
import { VerifyContactPage } from '../pages/verify-contact';
import { Door } from './door';
import { Mailbox } from './mailbox';
import { listen } from './quiet';
import { Server } from './server';

export { expect };

/** Set with `test.use({ … })` for a file or a group of tests. */
export interface Options {
  /** Text of the configuration file; none by default. */
  config: string | undefined;
  /** What people call the server's machine: 127.0.0.1, or a name. */
  host: string | undefined;
  /** Console messages that are part of the story. */
  allowedOnConsole: RegExp | undefined;
}

/** Another person's browser, or the same person's other one: no cookies in common. */
export interface Visitor extends Screens {
  context: BrowserContext;
  page: Page;
  door: Door;
}

interface Screens {
  signIn: SignInPage;
  signUp: SignUpPage;
  confirm: ConfirmPage;
  confirmIdentity: ConfirmIdentityPage;
  choosePassword: ChoosePasswordPage;
  profile: ProfilePage;
  updateEmail: UpdateEmailPage;
  updatePhone: UpdatePhonePage;
  verifyContact: VerifyContactPage;
  forgotPassword: ForgotPasswordPage;
  resetPassword: ResetPasswordPage;
  undo: UndoPage;
  newPassword: NewPasswordPage;
  required: RequiredPage;
  secondStep: SecondStepPage;
  app: AppPage;
  recoveryCodes: RecoveryCodesPage;
  security: SecurityPage;
  activity: ActivityPage;
  account: AccountPage;
}

interface Fixtures extends Screens {
  server: Server;
  mailbox: Mailbox;
  door: Door;
  /** Whether scripts run in this project. */
  scripts: boolean;
  complaints: string[];
  visitor: () => Promise<Visitor>;
  quiet: void;
}

export const test = base.extend<Options & Fixtures>({
  config: [undefined, { option: true }],
  host: [undefined, { option: true }],
  allowedOnConsole: [undefined, { option: true }],

  // One per test: it starts in a blink, and the guide's literal names are free each time.
  server: async ({ config, host }, use, info) => {
    const server = await Server.start({ config, host });
    await use(server);
    await server.end();
    if (info.status !== info.expectedStatus) await info.attach('server.log', { body: server.log, contentType: 'text/plain' });
    expect(server.log, 'the log of the server').not.toContain('panicked at');
  },
  baseURL: async ({ server }, use) => use(server.url),
  mailbox: async ({ server }, use) => use(new Mailbox(server.url)),
  scripts: async ({ javaScriptEnabled }, use) => use(javaScriptEnabled !== false),

  complaints: async ({}, use) => use([]),
  // Automatic: no test passes while the console has something to say.
  quiet: [
    async ({ context, server, allowedOnConsole, complaints }, use) => {
      const heard = listen(context, server.url, allowedOnConsole);
      await use();
      expect([...heard, ...complaints]).toEqual([]);
    },
    { auto: true },
  ],

  door: async ({ context, server, mailbox }, use) => use(new Door(context, server.url, mailbox)),
  signIn: async ({ page, scripts }, use) => use(new SignInPage(page, scripts)),
  signUp: async ({ page, scripts }, use) => use(new SignUpPage(page, scripts)),
  confirm: async ({ page, scripts }, use) => use(new ConfirmPage(page, scripts)),
  confirmIdentity: async ({ page, scripts }, use) => use(new ConfirmIdentityPage(page, scripts)),
  choosePassword: async ({ page, scripts }, use) => use(new ChoosePasswordPage(page, scripts)),
  profile: async ({ page, scripts }, use) => use(new ProfilePage(page, scripts)),
  updateEmail: async ({ page, scripts }, use) => use(new UpdateEmailPage(page, scripts)),
  updatePhone: async ({ page, scripts }, use) => use(new UpdatePhonePage(page, scripts)),
  verifyContact: async ({ page, scripts }, use) => use(new VerifyContactPage(page, scripts)),
  forgotPassword: async ({ page, scripts }, use) => use(new ForgotPasswordPage(page, scripts)),
  resetPassword: async ({ page, scripts }, use) => use(new ResetPasswordPage(page, scripts)),
  undo: async ({ page, scripts }, use) => use(new UndoPage(page, scripts)),
  newPassword: async ({ page, scripts }, use) => use(new NewPasswordPage(page, scripts)),
  required: async ({ page, scripts }, use) => use(new RequiredPage(page, scripts)),
  secondStep: async ({ page, scripts }, use) => use(new SecondStepPage(page, scripts)),
  app: async ({ page, scripts }, use) => use(new AppPage(page, scripts)),
  recoveryCodes: async ({ page, scripts }, use) => use(new RecoveryCodesPage(page, scripts)),
  security: async ({ page, scripts }, use) => use(new SecurityPage(page, scripts)),
  activity: async ({ page, scripts }, use) => use(new ActivityPage(page, scripts)),
  account: async ({ page, scripts }, use) => use(new AccountPage(page, scripts)),

  visitor: async ({ browser, server, mailbox, scripts, allowedOnConsole, complaints }, use, info) => {
    const guests: { context: BrowserContext; heard: string[] }[] = [];
    await use(async () => {
      const context = await newContext(browser, info.project.use, server.url, scripts);
      guests.push({ context, heard: listen(context, server.url, allowedOnConsole) });
      const page = await context.newPage();
      return {
        context,
        page,
        door: new Door(context, server.url, mailbox),
        signIn: new SignInPage(page, scripts),
        signUp: new SignUpPage(page, scripts),
        confirm: new ConfirmPage(page, scripts),
        confirmIdentity: new ConfirmIdentityPage(page, scripts),
        choosePassword: new ChoosePasswordPage(page, scripts),
        profile: new ProfilePage(page, scripts),
        updateEmail: new UpdateEmailPage(page, scripts),
        updatePhone: new UpdatePhonePage(page, scripts),
        verifyContact: new VerifyContactPage(page, scripts),
        forgotPassword: new ForgotPasswordPage(page, scripts),
        resetPassword: new ResetPasswordPage(page, scripts),
        undo: new UndoPage(page, scripts),
        newPassword: new NewPasswordPage(page, scripts),
        required: new RequiredPage(page, scripts),
        secondStep: new SecondStepPage(page, scripts),
        app: new AppPage(page, scripts),
        recoveryCodes: new RecoveryCodesPage(page, scripts),
        security: new SecurityPage(page, scripts),
        activity: new ActivityPage(page, scripts),
        account: new AccountPage(page, scripts),
      };
    });
    for (const { context, heard } of guests) {
      complaints.push(...heard);
      await context.close();
    }
  },
});

type Use = { viewport?: { width: number; height: number } | null; locale?: string; timezoneId?: string };

function newContext(browser: Browser, use: Use, baseURL: string, javaScriptEnabled: boolean): Promise<BrowserContext> {
  const { viewport, locale, timezoneId } = use;
  return browser.newContext({ baseURL, javaScriptEnabled, viewport, locale, timezoneId, reducedMotion: 'reduce' });
}
