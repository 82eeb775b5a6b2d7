import { Screen } from './screen';

export class UpdatePhonePage extends Screen {
  readonly path = '/profile/phone';
  readonly title = 'Update phone';

  get countryCode() {
    return this.field('Country code');
  }
  get newPhone() {
    return this.field('New phone number');
  }
  get code() {
    return this.field('Verification Code (sent to the new number)');
  }

  /** Asks for the change; the code is texted to the new number. */
  async ask(number: string): Promise<void> {
    await this.newPhone.fill(number);
    await this.button('Update phone').click();
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
