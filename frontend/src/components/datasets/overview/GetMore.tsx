import { type SyntheticEvent, useState } from 'react';

import type { Dataset } from '../../../types/dataset';
import { Button } from '../../common/Button';
import { ErrorMessage } from '../../common/ErrorMessage';
import { FieldNote } from '../../common/FieldNote';
import { SelectField } from '../../common/SelectField';
import { TextField } from '../../common/TextField';
import { toLargerAmount, useExtension } from './useExtension';

interface GetMoreProps {
  /** A part of a repository. */
  readonly dataset: Dataset;
  readonly onMade: (dataset: Dataset) => void;
}

/** A button that opens the form for a larger part of the same repository. */
export function GetMore({ dataset, onMade }: GetMoreProps) {
  const [isOpen, setIsOpen] = useState(false);
  return isOpen ? (
    <GetMoreForm dataset={dataset} onMade={onMade} onClose={() => setIsOpen(false)} />
  ) : (
    <Button look="quiet" onClick={() => setIsOpen(true)}>
      Get more
    </Button>
  );
}

function GetMoreForm({ dataset, onMade, onClose }: GetMoreProps & { readonly onClose: () => void }) {
  const { kind } = dataset.amount;
  const [isAll, setIsAll] = useState(false);
  const [value, setValue] = useState('');
  const [token, setToken] = useState('');
  const [state, extend] = useExtension(dataset.id, onMade);
  const amount = toLargerAmount(isAll ? 'all' : kind, value);
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (amount !== null) void extend({ amount, access_token: token.trim() || null });
  };
  return (
    <form onSubmit={submit} noValidate aria-label="Get more" className="space-y-4">
      <div className="grid grid-cols-2 gap-4 max-sm:grid-cols-1">
        <SelectField
          id="more-amount-select"
          label="How much in all"
          value={isAll ? 'all' : 'part'}
          choices={[
            ['part', kind === 'rows' ? 'A number of rows' : 'A size in GB'],
            ['all', 'Everything'],
          ]}
          onChange={(chosen) => setIsAll(chosen === 'all')}
        />
        {!isAll && <TotalField kind={kind} value={value} onChange={setValue} isWrong={amount === null} />}
        {dataset.metadata.gated && (
          <TextField id="more-token-input" label="Access Token" value={token} onChange={setToken} secret />
        )}
      </div>
      <p className="text-sm text-slate-400">Makes a new dataset. What is here is not fetched again.</p>
      {state.kind === 'failed' && <ErrorMessage>{state.error.detail}</ErrorMessage>}
      <div className="flex gap-3">
        <Button look="waiting" type="submit" disabled={amount === null || state.kind === 'running'}>
          {state.kind === 'running' ? 'Starting…' : 'Get more'}
        </Button>
        <Button look="quiet" onClick={onClose}>
          Cancel
        </Button>
      </div>
    </form>
  );
}

interface TotalFieldProps {
  readonly kind: Dataset['amount']['kind'];
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly isWrong: boolean;
}

function TotalField({ kind, value, onChange, isWrong }: TotalFieldProps) {
  const isShown = isWrong && value !== '';
  const example =
    kind === 'rows' ? 'a whole number of rows, such as 200000' : 'a size in GB, such as 4 or 0.5';
  return (
    <TextField
      id="more-total-input"
      label={kind === 'rows' ? 'Rows in all' : 'GB of source files in all'}
      value={value}
      onChange={onChange}
      invalid={isShown}
    >
      <FieldNote
        text="More than this dataset has. Rows that are here count, too."
        error={isShown ? `Enter ${example}.` : undefined}
      />
    </TextField>
  );
}
