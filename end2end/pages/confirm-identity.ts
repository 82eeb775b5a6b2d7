import { Screen } from './screen';

/** Who it is once more, on the way to what asks for it. */
export class ConfirmIdentityPage extends Screen {
  readonly path = '/security/confirm';
  readonly title = 'Confirm that it’s you';

  get password() {
    return this.field('Current Password');
  }
  get withPasskey() {
    return this.button('Confirm with a passkey');
  }

  async submit(password: string): Promise<void> {
    await this.password.fill(password);
    await this.button('Confirm').click();
  }
}
