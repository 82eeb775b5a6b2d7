import { expect, type Locator } from '@playwright/test';
import { Screen } from './screen';

/** The second step of signing in. */
export class SecondStepPage extends Screen {
  readonly path: string = '/sign-in/code';
  readonly title = /^Confirm (TOTP|SMS|Email) Code$/;

  get code() {
    return this.field('Code');
  }
  get recoveryCode() {
    return this.field('Recovery code');
  }

  async submit(code: string): Promise<void> {
    await this.code.fill(code);
    await this.button('Confirm').click();
  }

  /** What else there is, which is not in the way before. */
  async otherWays(): Promise<void> {
    await this.page.getByText('Can’t get a code?').click();
  }

  async recover(code: string): Promise<void> {
    await this.recoveryCode.fill(code);
    await this.button('Use a recovery code').click();
  }
}

/** Where an authenticator app is set up. */
export class AppPage extends Screen {
  readonly path: string = '/security/app';
  readonly title = 'Authenticator app';

  get code() {
    return this.field('Code');
  }
  get qr(): Locator {
    return this.page.getByRole('img', { name: /QR code/ });
  }

  /** Asks for a key, and answers it. */
  async begin(): Promise<string> {
    await this.button('Show the QR code').click();
    await expect(this.qr).toBeVisible();
    await this.ready();
    return (await this.page.locator('.key').innerText()).trim();
  }

  async submit(code: string): Promise<void> {
    await this.code.fill(code);
    await this.button('Turn on').click();
  }
}

export class RecoveryCodesPage extends Screen {
  readonly path: string = '/security/recovery-codes';
  readonly title = 'Recovery codes';

  codes(): Promise<string[]> {
    return this.page.locator('.codes').getByRole('listitem').allInnerTexts();
  }
}
