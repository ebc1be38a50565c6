import './index.css';

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import { takeTokenFromAddress } from './api/accessToken';
import { App } from './App';

const root = document.getElementById('root');
if (root === null) {
  throw new Error('The page has no element with the id “root”.');
}
takeTokenFromAddress();
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
