import type { Locator } from '@playwright/test';
import { Screen } from './screen';

export class ActivityPage extends Screen {
  readonly path = '/activity';
  readonly title = 'Activity';

  /** What happened, newest first. */
  get entries(): Locator {
    return this.page.getByRole('main').getByRole('listitem');
  }
}
