import { expect, type Locator } from '@playwright/test';
import { Screen } from './screen';

export type Group = 'About you' | 'Contact' | 'Preferences' | 'Custom';

export class ProfilePage extends Screen {
  readonly path = '/profile';
  /** Whose page it is. */
  title: string | RegExp = /Jane Doe/;

  of(name: string): this {
    this.title = new RegExp(name);
    return this;
  }

  group(name: Group): Locator {
    return this.page.getByRole('region', { name, exact: true });
  }

  /** The value beside this label. */
  value(label: string): Locator {
    return this.page.locator('dl > div').filter({ has: this.page.getByRole('term').filter({ hasText: new RegExp(`^${label}$`, 'i') }) });
  }

  async edit(name: Group): Promise<void> {
    await this.link(`Edit ${name}`).click();
    await expect(this.button('Save changes')).toBeVisible();
    await this.ready();
  }

  async save(): Promise<void> {
    await this.button('Save changes').click();
  }

  async delete(label: string): Promise<void> {
    await this.button(`Delete ${label}`).click();
  }

  async toUpdateEmail(): Promise<void> {
    await this.link('Update Email').click();
  }

  async signOut(): Promise<void> {
    await this.button('Sign out').click();
  }

  async refresh(): Promise<void> {
    await this.button('Refresh').click();
  }

  /** The text of the attributes as the page shows them. */
  async json(): Promise<string> {
    const pre = this.page.locator('pre');
    if (!(await pre.isVisible())) await this.page.getByText('Your attributes as JSON').click();
    await expect(pre).toBeVisible();
    return (await pre.textContent()) ?? '';
  }
}
