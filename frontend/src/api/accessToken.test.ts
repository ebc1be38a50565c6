import { getAccessToken, setAccessToken, takeTokenFromAddress } from './accessToken';

it('stores the token in the browser', () => {
  expect(getAccessToken()).toBeNull();
  setAccessToken('secret');
  expect(getAccessToken()).toBe('secret');
});

it('takes the token of a link, and removes it from the address', () => {
  window.history.replaceState(null, '', '/datasets?search=a#token=of-the-link');
  takeTokenFromAddress();
  expect(getAccessToken()).toBe('of-the-link');
  expect(window.location.href).toMatch(/\/datasets\?search=a$/);
});

it('keeps the stored token where the address has none', () => {
  setAccessToken('secret');
  window.history.replaceState(null, '', '/datasets#top');
  takeTokenFromAddress();
  expect(getAccessToken()).toBe('secret');
});
