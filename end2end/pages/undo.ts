import type { Response } from '@playwright/test';
import { Screen } from './screen';

/** What the link in a mail takes back. */
export class UndoPage extends Screen {
  readonly path = '/undo';
  readonly title = /Take back these changes|This link no longer works/;

  /** Opens the link of this mail, whoever's server it names. */
  follow(text: string): Promise<Response | null> {
    const search = /\/undo(\?token=\S+)/.exec(text)?.[1];
    if (search === undefined) throw new Error(`No link in: ${text}`);
    return this.open(search);
  }

  async takeBack(): Promise<void> {
    await this.button('Take them back').click();
  }
}
