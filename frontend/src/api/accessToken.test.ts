import { getAccessToken, setAccessToken } from './accessToken';

it('stores the token in the browser', () => {
  expect(getAccessToken()).toBeNull();
  setAccessToken('secret');
  expect(getAccessToken()).toBe('secret');
});
