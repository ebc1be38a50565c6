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

/** Store the token of a link that `mistudio serve --auth` printed, and remove it from the address. */
export function takeTokenFromAddress(): void {
  const token = new URLSearchParams(window.location.hash.slice(1)).get('token');
  if (token === null || token === '') {
    return;
  }
  setAccessToken(token);
  window.history.replaceState(null, '', window.location.pathname + window.location.search);
}
