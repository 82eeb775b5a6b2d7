import { Screen } from './screen';

/** What comes after the right code where it isn't known whose the password from sign-up is. */
export class ChoosePasswordPage extends Screen {
  readonly path = '/confirm';
  readonly title = 'Choose your password';

  get first() {
    return this.field('Password from sign-up');
  }

  async enterFirst(password: string): Promise<void> {
    await this.first.fill(password);
    await this.button('Continue').click();
  }

  async choose(password: string, again = password): Promise<void> {
    await this.field('New Password').fill(password);
    await this.field('Confirm Password').fill(again);
    await this.button('Set password').click();
  }
}
