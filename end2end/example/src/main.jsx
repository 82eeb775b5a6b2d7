import { Amplify } from 'aws-amplify';
import { createRoot } from 'react-dom/client';
import App from './App';

// All that tells Nameplate from Cognito is in this file: the pool's id and the endpoint.
const configuration = await fetch('/config.json');
Amplify.configure(await configuration.json());

createRoot(document.getElementById('root')).render(<App />);
