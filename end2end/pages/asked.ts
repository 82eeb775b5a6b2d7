import { Screen } from './screen';

/** What is asked of somebody before they are in: a password in the place of one that the operator knows. */
export class NewPasswordPage extends Screen {
  readonly path = '/sign-in/new-password';
  readonly title = 'Change Password';

  get middleName() {
    return this.field('Middle Name');
  }

  async submit(password: string, again = password): Promise<void> {
    await this.field('New Password').fill(password);
    await this.field('Confirm Password').fill(again);
    await this.button('Change Password').click();
  }
}

/** And once they are in: what has become required since. */
export class RequiredPage extends Screen {
  readonly path = '/profile/required';
  readonly title = 'A few details are missing';

  get middleName() {
    return this.field('Middle Name');
  }
}
