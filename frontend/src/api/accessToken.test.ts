import { getAccessToken, setAccessToken } from './accessToken';

it('keeps the token in this browser', () => {
  expect(getAccessToken()).toBeNull();
  setAccessToken('secret');
  expect(getAccessToken()).toBe('secret');
});
