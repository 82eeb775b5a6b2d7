/** The person of the guide, with its literal values. */
export const jane = {
  username: 'jdoe',
  password: 'mysecurerandompassword#123',
  email: 'me@domain.com',
  phone_number: '+12128601234',
  given_name: 'Jane',
  family_name: 'Doe',
  nickname: 'Jane',
};
export type Person = typeof jane;

export const newEmail = 'me@anotherdomain.com';

export const john: Person = {
  username: 'john',
  password: 'another-random-passphrase',
  email: 'john@elsewhere.example',
  phone_number: '+12128605678',
  given_name: 'John',
  family_name: 'Roe',
  nickname: 'Jack',
};
