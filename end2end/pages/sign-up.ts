import type { Person } from '../support/people';
import { Screen } from './screen';

export class SignUpPage extends Screen {
  readonly path = '/sign-up';
  readonly title = 'Create your account';

  get username() {
    return this.field('Username');
  }
  get email() {
    return this.field('Email');
  }
  get password() {
    return this.field('Password');
  }
  get confirmPassword() {
    return this.field('Confirm Password');
  }
  get phoneNumber() {
    return this.field('Phone Number');
  }
  get countryCode() {
    return this.field('Country code');
  }

  async fill(person: Person): Promise<void> {
    await this.username.fill(person.username);
    await this.email.fill(person.email);
    await this.password.fill(person.password);
    await this.confirmPassword.fill(person.password);
    await this.field('Given Name').fill(person.given_name);
    await this.field('Family Name').fill(person.family_name);
    await this.field('Nickname').fill(person.nickname);
    // The country code of the guide's number is the one that stands there by default.
    await this.phoneNumber.fill(person.phone_number.replace(/^\+1/, ''));
  }

  async submit(): Promise<void> {
    await this.button('Create Account').click();
  }
}
