import { Screen } from './screen';

export class ForgotPasswordPage extends Screen {
  readonly path = '/forgot-password';
  readonly title = 'Reset Password';

  get username() {
    return this.field('Enter your username');
  }

  async submit(username: string): Promise<void> {
    await this.username.fill(username);
    await this.button('Send code').click();
  }
}
