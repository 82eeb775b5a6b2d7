import { Screen } from './screen';

export class ResetPasswordPage extends Screen {
  readonly path = '/reset-password';
  readonly title = 'Reset Password';

  get code() {
    return this.field('Code');
  }
  get newPassword() {
    return this.field('New Password');
  }
  get confirmPassword() {
    return this.field('Confirm Password');
  }

  async submit(code: string, password: string, again = password): Promise<void> {
    await this.code.fill(code);
    await this.newPassword.fill(password);
    await this.confirmPassword.fill(again);
    await this.button('Submit').click();
  }

  async resend(): Promise<void> {
    await this.button('Resend Code').click();
  }
}
