import { test } from '../../support/test';
import { titlesAreExact } from '../../support/titles';

test('every tab is called exactly what its page is called', async ({ page, door }) => {
  await titlesAreExact(page, door);
});
