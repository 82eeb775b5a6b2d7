import { type APIResponse, type BrowserContext, expect } from '@playwright/test';
import type { Mailbox } from './mailbox';
import { jane, type Person } from './people';

/**
 * The forms' own door, without pages: for what a test needs but isn't about. Shares the cookies of its browser.
 */
export class Door {
  constructor(
    private readonly context: BrowserContext,
    private readonly url: string,
    private readonly mailbox: Mailbox,
  ) {}

  post(path: string, form: Record<string, string> = {}): Promise<APIResponse> {
    return this.context.request.post(this.url + path, {
      form,
      maxRedirects: 0,
      headers: { accept: 'application/json', origin: this.url },
    });
  }

  async #done(path: string, form: Record<string, string>): Promise<void> {
    const answer = await this.post(path, form);
    expect(answer.status(), `POST ${path}: ${await answer.text()}`).toBe(200);
  }

  /** Signs up; the code is on its way. */
  async signUp(person: Person = jane): Promise<void> {
    await this.#done('/sign-up', {
      username: person.username,
      password: person.password,
      confirm_password: person.password,
      'attributes[email]': person.email,
      'attributes[phone_number]': person.phone_number,
      'attributes[given_name]': person.given_name,
      'attributes[family_name]': person.family_name,
      'attributes[nickname]': person.nickname,
    });
  }

  /** A confirmed account, signed in. */
  async enter(person: Person = jane): Promise<void> {
    await this.signUp(person);
    await this.#done('/confirm', { code: await this.mailbox.codeFor(person.email) });
  }

  async signIn(person: Person = jane): Promise<void> {
    await this.#done('/sign-in', { username: person.username, password: person.password });
  }

  async signOut(): Promise<void> {
    await this.#done('/sign-out', {});
  }

  async update(attributes: Record<string, string>): Promise<void> {
    const form = Object.entries(attributes).map(([name, value]) => [`attributes[${name}]`, value]);
    await this.#done('/profile', Object.fromEntries(form));
  }

  /** Asks for another email address; its code is on its way. */
  async askForEmail(email: string): Promise<void> {
    await this.#done('/profile/email', { 'attributes[email]': email });
  }

  /** Asks for another phone number; its code is on its way. */
  async askForPhone(number: string): Promise<void> {
    await this.#done('/profile/phone', { 'attributes[phone_number]': number });
  }

  async verifyEmail(code: string): Promise<void> {
    await this.#done('/profile/email/verify', { code });
  }

  async attributes(): Promise<Record<string, string>> {
    const answer = await this.context.request.get(`${this.url}/profile/attributes.json`);
    expect(answer.status()).toBe(200);
    return answer.json();
  }
}
