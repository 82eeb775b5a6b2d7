import { jane } from '../../support/people';
import { expect, test } from '../../support/test';

test.beforeEach(({ door }) => door.enter());

test('attributes stand in groups, under labels that people understand', async ({ page, profile, door }) => {
  await door.update({ zoneinfo: 'Europe/London', locale: 'en-GB', birthdate: '1990-02-28', website: 'https://jane.example' });
  await profile.open();
  for (const group of ['About you', 'Contact', 'Preferences'] as const) await expect(profile.group(group)).toBeVisible();
  await expect(profile.group('Preferences')).toContainText('Time zone');
  await expect(profile.group('Preferences')).toContainText('Language');
  await expect(profile.group('About you')).toContainText('1990');
  await expect(page.locator('main dt').filter({ hasText: /zoneinfo|birthdate_|given_name/ })).toHaveCount(0);
  const website = profile.group('About you').getByRole('link', { name: 'https://jane.example' });
  await expect(website).toHaveAttribute('rel', 'noopener nofollow');
});

test('a link that runs a script is only text', async ({ page, profile, door }) => {
  expect((await door.post('/profile', { 'attributes[website]': 'javascript:alert(1)' })).status()).toBeLessThan(500);
  await profile.open();
  await expect(page.locator('a[href^="javascript"]')).toHaveCount(0);
});

test('markup in a name is only text', async ({ page, profile, door }) => {
  await door.update({ nickname: '<img src=x onerror=alert(1)>' });
  await profile.open();
  await expect(profile.value('Nickname')).toContainText('<img src=x onerror=alert(1)>');
  await expect(page.locator('img[src="x"]')).toHaveCount(0);
});

test('several attributes are saved at once, and the page says which', async ({ profile }) => {
  await profile.open();
  await profile.edit('About you');
  await profile.field('Given name').fill('Janet');
  await profile.field('Family name').fill('Dough');
  await profile.save();
  await profile.of('Janet Dough').arrived();
  await profile.says(/Given name/i);
  await profile.says(/Family name/i);
});

test('one wrong value and nothing is saved, what was typed stays', async ({ profile, door }) => {
  await profile.open();
  await profile.edit('About you');
  await profile.field('Family name').fill('Dough');
  await profile.field('Website').fill('x'.repeat(2049));
  await profile.save();
  await profile.refuses('Website', /\S/);
  await expect(profile.field('Family name')).toHaveValue('Dough');
  expect(await door.attributes()).toMatchObject({ family_name: 'Doe' });
});

test('preferences are picked from lists', async ({ profile, door }) => {
  await profile.open();
  await profile.edit('Preferences');
  await profile.field('Time zone').selectOption('Europe/Berlin');
  await profile.field('Language').selectOption('de');
  await profile.save();
  await profile.arrived();
  expect(await door.attributes()).toMatchObject({ zoneinfo: 'Europe/Berlin', locale: 'de' });
});

test('editing can be left without saving', async ({ profile, door }) => {
  await profile.open();
  await profile.edit('About you');
  await profile.field('Family name').fill('Dough');
  await profile.link('Cancel').click();
  await expect(profile.button('Save changes')).toHaveCount(0);
  expect(await door.attributes()).toMatchObject({ family_name: 'Doe' });
});

test('what people sign in with can be replaced but not deleted, and it says why', async ({ profile, door }) => {
  const answer = await door.post('/profile/delete', { names: 'email' });
  expect(answer.status()).toBe(422);
  await profile.open();
  await expect(profile.button('Delete email')).toHaveCount(0);
  expect(await door.attributes()).toMatchObject({ email: jane.email });
});

test('the attributes as JSON are the same bytes on the page and at their own address', async ({ context, profile, server }) => {
  const answer = await context.request.get(`${server.url}/profile/attributes.json`);
  expect(answer.headers()['content-type']).toMatch(/^application\/json/);
  expect(answer.headers()['cache-control']).toMatch(/no-store/);
  await profile.open();
  expect(await profile.json()).toBe(await answer.text());
});

test('the theme follows the system until one is picked, and is remembered then', async ({ page, profile }) => {
  const root = page.locator('html');
  const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const seen = async (scheme: 'light' | 'dark') => {
    await page.emulateMedia({ colorScheme: scheme });
    return background();
  };
  await profile.open();
  const [light, dark] = [await seen('light'), await seen('dark')];
  expect(light).not.toBe(dark);

  await page.emulateMedia({ colorScheme: 'light' });
  await profile.button('Dark').click();
  await expect(root).toHaveAttribute('data-theme', 'dark');
  await expect.poll(background).toBe(dark);
  await page.reload();
  await expect(root).toHaveAttribute('data-theme', 'dark');
  await expect(profile.button('Dark')).toHaveAttribute('aria-pressed', 'true');
  expect(new URL(page.url()).pathname).toBe('/profile');

  await profile.ready();
  await profile.button('System').click();
  await expect(profile.button('System')).toHaveAttribute('aria-pressed', 'true');
  await expect.poll(background).toBe(light);
});
