import { Screen } from './screen';

export class SignInPage extends Screen {
  readonly path = '/sign-in';
  readonly title = 'Sign in to your account';

  get username() {
    return this.field('Username');
  }
  get password() {
    return this.field('Password');
  }

  async submit(username: string, password: string): Promise<void> {
    await this.username.fill(username);
    await this.password.fill(password);
    await this.button('Sign in').click();
  }

  get withPasskey() {
    return this.button('Sign in with a passkey');
  }

  async toCreateAccount(): Promise<void> {
    await this.link('Create Account').click();
  }
}
