import { Screen } from './screen';

export class UpdateEmailPage extends Screen {
  readonly path = '/profile/email';
  readonly title = 'Update email';

  get newEmail() {
    return this.field('New email');
  }
  /** Asked for once more, where the sign-in is old. */
  get password() {
    return this.field('Current Password');
  }
  get code() {
    return this.field('Verification Code (sent to the new email)');
  }

  /** Asks for the change; the code goes to the new address. */
  async ask(email: string): Promise<void> {
    await this.newEmail.fill(email);
    await this.button('Update email').click();
  }

  async submit(code: string): Promise<void> {
    await this.code.fill(code);
    await this.button('Send Code').click();
  }

  async resend(): Promise<void> {
    await this.button('Resend Code').click();
  }

  async cancel(): Promise<void> {
    await this.button('Cancel change').click();
  }
}
