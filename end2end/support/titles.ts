import { expect, type Page } from '@playwright/test';
import type { Door } from './door';

/** Pages before sign-in, and one that there is not. */
const signedOut = {
  '/sign-in': 'Sign in',
  '/sign-up': 'Create account',
  '/confirm': 'Confirm your account',
  '/forgot-password': 'Reset Password',
  '/reset-password': 'Reset Password',
  '/undo': 'Take back changes',
  '/nowhere': 'There is nothing at this address',
};

const signedIn = {
  '/profile': 'Profile',
  '/profile/email': 'Update email',
  '/profile/phone': 'Update phone',
  '/security': 'Security',
  '/security/password': 'Security',
  '/security/app': 'Authenticator app',
  '/security/recovery-codes': 'Recovery codes',
  '/activity': 'Activity',
  '/account': 'Account',
  '/account/delete': 'Account',
  '/sign-out': 'Sign out',
};

/** Every tab is called exactly what its page is called, in builds of every kind. */
export async function titlesAreExact(page: Page, door: Door): Promise<void> {
  const calledSo = async (pages: Record<string, string>): Promise<void> => {
    for (const [path, title] of Object.entries(pages)) {
      await page.goto(path);
      // Not toHaveTitle, which forgives white space.
      expect(await page.title(), path).toBe(`${title} · Nameplate`);
    }
  };
  await calledSo(signedOut);
  await door.enter();
  await calledSo(signedIn);
}
