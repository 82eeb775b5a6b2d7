import { Screen } from './screen';

export class ConfirmPage extends Screen {
  readonly path = '/confirm';
  readonly title = 'We Emailed You';

  get code() {
    return this.field('Confirmation Code');
  }
  get newAddress() {
    return this.field('New email address');
  }

  async submit(code: string): Promise<void> {
    await this.code.fill(code);
    await this.button('Confirm').click();
  }

  async resend(): Promise<void> {
    await this.button('Resend Code').click();
  }

  /** "Wrong address? Change it" */
  async changeAddress(email: string, password: string): Promise<void> {
    await this.page.getByText('Change it').click();
    await this.newAddress.fill(email);
    await this.field('Password').fill(password);
    await this.button('Send a new code').click();
  }

  /** The code of a sign-up that this browser knows only by its name. */
  async submitFor(username: string, code: string): Promise<void> {
    await this.field('Username').fill(username);
    await this.submit(code);
  }
}
