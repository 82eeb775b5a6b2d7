import { expect, type Locator } from '@playwright/test';
import { Screen } from './screen';

export class SecurityPage extends Screen {
  readonly path = '/security';
  readonly title = 'Security';

  get currentPassword() {
    return this.field('Current Password');
  }
  get stepCode() {
    return this.field('Second-step code');
  }
  get newPassword() {
    return this.field('New Password');
  }
  get confirmPassword() {
    return this.field('Confirm Password');
  }
  get passkeys(): Locator {
    return this.page.getByRole('region', { name: 'Passkeys' });
  }
  get passkeyName() {
    return this.field('Name');
  }
  /** Where somebody is signed in, this browser first. */
  get sessions(): Locator {
    return this.page.getByRole('region', { name: 'Where you’re signed in' }).getByRole('listitem');
  }

  /** What sign-in asks for beside the password. */
  step(name: string): Locator {
    const steps = this.page.getByRole('region', { name: 'Second step' });
    return steps.getByRole('listitem').filter({ hasText: new RegExp(`^${name}`) });
  }

  /** Presses what takes a second step, and gives the code once it is asked for. */
  async withStepCode(button: Locator, code: string): Promise<void> {
    await button.click();
    const field = this.stepCode.filter({ visible: true });
    await expect(field).toBeVisible();
    await this.ready();
    await field.fill(code);
    await button.click();
    await this.arrived();
  }

  async toChangePassword(): Promise<void> {
    await this.link('Change password').click();
    await expect(this.currentPassword).toBeVisible();
    await this.ready();
  }

  async toAddPasskey(): Promise<void> {
    await this.link('Add a passkey').click();
    await expect(this.passkeyName).toBeVisible();
    await this.ready();
  }

  async addPasskey(name: string): Promise<void> {
    await this.passkeyName.fill(name);
    await this.button('Add a passkey').click();
  }

  async submit(current: string, password: string, again = password): Promise<void> {
    await this.currentPassword.fill(current);
    await this.newPassword.fill(password);
    await this.confirmPassword.fill(again);
    await this.button('Change password').click();
  }
}
