/** The server's own access token, which it asks for when it listens on more than this machine. */

const KEY = 'mistudio.access_token';

/** The token that this browser keeps; null where there is none. */
export function getAccessToken(): string | null {
  return localStorage.getItem(KEY);
}

/** Keep the token in this browser. */
export function setAccessToken(token: string): void {
  localStorage.setItem(KEY, token);
}
