import { expect } from '@playwright/test';

export interface Message {
  medium: string;
  to: string;
  subject: string;
  text: string;
  html: string;
  sent_at: string | number;
}

/** What opens it, in every program that a test starts (`NAMEPLATE_MAILBOX_TOKEN`). */
export const mailboxToken = 'the-token-of-tests';
/** The page, as the program prints its address. */
export const mailboxPage = `/dev/mailbox?token=${mailboxToken}`;

const CODE = /(?<!\d)(\d{6}|\d{8})(?!\d)/;

/** The mailbox that stands in for a mail provider in development. */
export class Mailbox {
  #read = new Map<string, number>();

  constructor(private readonly url: string) {}

  /** Newest first. */
  async messages(to?: string): Promise<Message[]> {
    const answer = await fetch(`${this.url}/dev/mailbox.json?token=${mailboxToken}`);
    if (!answer.ok) throw new Error(`The mailbox answered ${answer.status}`);
    const all = (await answer.json()) as Message[];
    return to === undefined ? all : all.filter((message) => message.to === to);
  }

  /** The newest code sent to this address; waits for one that it has not handed out before. */
  async codeFor(to: string): Promise<string> {
    const seen = this.#read.get(to) ?? 0;
    let codes: string[] = [];
    await expect
      .poll(
        async () => {
          codes = (await this.messages(to)).flatMap(({ text }) => text.match(CODE)?.[0] ?? []);
          return codes.length;
        },
        { message: `a new code for ${to}`, intervals: [20, 50, 100] },
      )
      .toBeGreaterThan(seen);
    this.#read.set(to, codes.length);
    return codes[0]!;
  }

  /** Waits for a message to this address that says all of this. */
  async message(to: string, ...says: RegExp[]): Promise<Message> {
    let found: Message | undefined;
    await expect
      .poll(
        async () => {
          const mine = await this.messages(to);
          found = mine.find(({ subject, text }) => says.every((word) => word.test(`${subject}\n${text}`)));
          return found !== undefined;
        },
        { message: `a message to ${to} that says ${says.join(', ')}`, intervals: [20, 50, 100] },
      )
      .toBe(true);
    return found!;
  }
}

/** As many digits that are not this code. */
export function otherThan(code: string): string {
  return String((Number(code) + 1) % 10 ** code.length).padStart(code.length, '0');
}
