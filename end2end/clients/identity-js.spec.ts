import { guide } from './guide';
import { identityJs } from './identity-js';
import { test } from './test';

test.describe('amazon-cognito-identity-js', () => {
  guide(identityJs);
});
