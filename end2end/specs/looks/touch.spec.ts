import { expect, test } from '../../support/test';

test('what is pressed is big enough for a finger', async ({ page, door, profile, signUp }) => {
  const small = () =>
    page.locator('button:visible, input:visible, select:visible, summary:visible').evaluateAll((all) =>
      all
        .map((one) => ({ what: one.textContent || one.getAttribute('name'), box: one.getBoundingClientRect() }))
        .filter(({ box }) => box.height < 24 || box.width < 24)
        .map(({ what, box }) => `${what}: ${box.width} x ${box.height}`),
    );
  await signUp.open();
  expect(await small()).toEqual([]);
  await door.enter();
  await profile.open();
  expect(await small()).toEqual([]);
  await profile.edit('About you');
  expect(await small()).toEqual([]);
});

test('a long word breaks instead of widening the page', async ({ page, door, profile }) => {
  await door.enter();
  await door.update({ nickname: 'N'.repeat(300), address: 'x'.repeat(1000) });
  await profile.open();
  expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBeLessThanOrEqual(0);
});
