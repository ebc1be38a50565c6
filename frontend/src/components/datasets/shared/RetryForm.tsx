import { type SyntheticEvent, useState } from 'react';

import { Button } from '../../common/Button';
import { TextField } from '../../common/TextField';

interface RetryFormProps {
  /** The id of the dataset or tokenization. */
  readonly id: string;
  /** The label of the button. */
  readonly label: string;
  readonly busy: boolean;
  readonly onRetry: (accessToken: string | null) => void;
}

/** Retries a job with another Hugging Face token, or without one if access was granted meanwhile. */
export function RetryForm({ id, label, busy, onRetry }: RetryFormProps) {
  const [token, setToken] = useState('');
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    onRetry(token.trim() === '' ? null : token.trim());
  };
  return (
    <form onSubmit={submit} className="relative z-10 mt-4 space-y-3">
      <TextField
        id={`retry-token-${id}`}
        label="Access Token (leave empty to retry without a new one)"
        value={token}
        onChange={setToken}
        placeholder="hf_xxxxxxxxxxxxxxxxxxxx"
        secret
      />
      <Button look="quiet" type="submit" disabled={busy}>
        {label}
      </Button>
    </form>
  );
}
