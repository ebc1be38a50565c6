/** The server's access token, which it requires when it listens on more than this machine. */

const KEY = 'mistudio.access_token';

/** Return the token that this browser stores, or null. */
export function getAccessToken(): string | null {
  return localStorage.getItem(KEY);
}

/** Store the token in this browser. */
export function setAccessToken(token: string): void {
  localStorage.setItem(KEY, token);
}
