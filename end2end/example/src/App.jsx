// The application of Amplify's guide "Manage user profiles": it knows nothing of Nameplate.
import { Authenticator } from '@aws-amplify/ui-react';
import '@aws-amplify/ui-react/styles.css';
import { Auth } from 'aws-amplify';
import { useState } from 'react';

const NEW_EMAIL = 'updatedEmail@mydomain.com';

async function askForNewEmail() {
  try {
    const user = await Auth.currentAuthenticatedUser();
    await Auth.updateUserAttributes(user, { email: NEW_EMAIL });
    console.log('a verification code is sent');
  } catch (error) {
    console.log('failed with error', error);
  }
}

async function verifyNewEmail(code) {
  try {
    await Auth.verifyCurrentUserAttributeSubmit('email', code);
    console.log('email verified');
  } catch (error) {
    console.log('failed with error', error);
  }
}

function ValidationCodeForm() {
  const [code, setCode] = useState('');
  return (
    <div>
      <label>
        Verification Code (sent to the new email):{' '}
        <input type="text" name="vc" value={code} onChange={(event) => setCode(event.target.value)} />
      </label>
      <button onClick={() => verifyNewEmail(code)}>Send Code</button>
    </div>
  );
}

export default function App() {
  const [isCodeSent, setCodeSent] = useState(false);
  const updateEmail = async () => {
    await askForNewEmail();
    setCodeSent(true);
  };
  return (
    <Authenticator>
      {({ signOut, user }) => (
        <div>
          <pre>{JSON.stringify(user?.attributes, null, 2)}</pre>
          {isCodeSent ? <ValidationCodeForm /> : <button onClick={updateEmail}>Update Email</button>}
          <button onClick={signOut}>Sign out</button>
        </div>
      )}
    </Authenticator>
  );
}
