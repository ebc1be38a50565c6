import { type SyntheticEvent, useState } from 'react';

import { type Access, useConnectionStore } from '../../stores/connectionStore';
import { Button } from '../common/Button';
import { Dialog } from '../common/Dialog';
import { ErrorMessage } from '../common/ErrorMessage';
import { TextField } from '../common/TextField';

/** Asks for the server's access token; it cannot be closed, because nothing works without the token. */
export function AccessTokenDialog({ access }: { readonly access: Exclude<Access, 'granted'> }) {
  const saveToken = useConnectionStore((state) => state.saveToken);
  const [token, setToken] = useState('');
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (token.trim() !== '') saveToken(token.trim());
  };
  return (
    <Dialog labelledBy="access-title" describedBy="access-text" onClose={() => undefined} width="max-w-md">
      <form onSubmit={submit} className="p-6 space-y-4 overflow-y-auto">
        <h2 id="access-title" className="text-lg font-semibold">
          This server needs its access token
        </h2>
        <p id="access-text" className="text-sm text-slate-400">
          Enter the MISTUDIO_API_TOKEN that the server was started with. This browser stores it.
        </p>
        <TextField
          id="access-token-input"
          label="Server access token"
          value={token}
          onChange={setToken}
          secret
          invalid={access === 'rejected'}
        >
          {access === 'rejected' && (
            <div className="mt-2">
              <ErrorMessage>The server rejected this token. Check it and try again.</ErrorMessage>
            </div>
          )}
        </TextField>
        <Button look="primary" type="submit" disabled={token.trim() === ''}>
          Continue
        </Button>
      </form>
    </Dialog>
  );
}
