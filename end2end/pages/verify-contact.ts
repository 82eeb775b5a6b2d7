import { Screen } from './screen';

export class VerifyContactPage extends Screen {
  readonly path = '/verify-contact';
  readonly title = 'Account recovery requires verified contact information';

  async choose(label: string | RegExp): Promise<void> {
    await this.page.getByRole('radio', { name: label }).check();
    await this.button('Verify').click();
  }

  async skip(): Promise<void> {
    await this.button('Skip').click();
  }
}
