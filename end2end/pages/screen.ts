import { expect, type Locator, type Page, type Response } from '@playwright/test';
import { awake } from '../support/awake';

/** What all screens have in common. Fields are found by their label, buttons and links by their text. */
export abstract class Screen {
  abstract readonly path: string;
  abstract readonly title: string | RegExp;

  constructor(
    readonly page: Page,
    /** Whether scripts run. */
    readonly scripts: boolean,
  ) {}

  get heading(): Locator {
    return this.page.getByRole('heading', { level: 1 });
  }

  /** The error beside the form's name: what concerns no single field. */
  get alert(): Locator {
    return this.page.getByRole('alert');
  }

  /** What was just done. */
  get status(): Locator {
    return this.page.getByRole('status');
  }

  /** One of the lines that tell what was done says this. */
  async says(words: string | RegExp, within?: { timeout: number }): Promise<void> {
    await expect(this.status.filter({ hasText: words }).first()).toBeVisible(within);
  }

  field(label: string): Locator {
    const name = whole(label);
    return this.page.getByRole('textbox', { name }).or(this.page.getByRole('combobox', { name }));
  }

  /** The error that this field points to. */
  errorOf(field: Locator): Promise<string> {
    return field.evaluate((input) =>
      (input.getAttribute('aria-describedby') ?? '')
        .split(/\s+/)
        .map((id) => document.getElementById(id))
        .filter((described) => described?.matches('[role=alert]'))
        .map((described) => described?.textContent?.trim() ?? '')
        .join(' '),
    );
  }

  button(text: string): Locator {
    return this.page.getByRole('button', { name: whole(text) });
  }

  link(text: string): Locator {
    return this.page.getByRole('link', { name: whole(text) });
  }

  async open(search = ''): Promise<Response | null> {
    const answer = await this.page.goto(this.path + search);
    await this.ready();
    return answer;
  }

  /** Its form can be used the way a person would, scripts and all. */
  async ready(): Promise<void> {
    if (this.scripts) await awake(this.page);
  }

  /** This is where the last step led. */
  async arrived(): Promise<void> {
    await expect(this.page).toHaveURL((url) => url.pathname === this.path);
    await expect(this.heading).toHaveText(this.title);
    await this.ready();
    if (this.scripts) await expect(this.heading).toBeFocused();
  }

  /** The field is wrong, says so in these words, and says so to everybody. */
  async refuses(label: string, why: string | RegExp): Promise<void> {
    const field = this.field(label);
    await expect(field).toHaveAttribute('aria-invalid', 'true');
    await expect.poll(() => this.errorOf(field)).toMatch(why);
  }
}

/** The whole text, however it is capitalised. */
function whole(text: string): RegExp {
  return new RegExp(`^\\s*${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\s*$`, 'i');
}
