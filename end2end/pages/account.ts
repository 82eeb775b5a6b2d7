import { Screen } from './screen';

export class AccountPage extends Screen {
  readonly path = '/account';
  readonly title = 'Account';

  get password() {
    return this.field('Current Password');
  }
  get word() {
    return this.field('Type “delete” to confirm');
  }

  async toDelete(): Promise<void> {
    await this.link('Delete account').click();
    await this.page.waitForURL('/account/delete');
    await this.ready();
  }

  async delete(password: string, word: string): Promise<void> {
    await this.password.fill(password);
    await this.word.fill(word);
    await this.button('Delete my account for good').click();
  }
}
