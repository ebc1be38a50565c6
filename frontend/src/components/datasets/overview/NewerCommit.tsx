import { useState } from 'react';

import type { ActionState } from '../../../hooks/useAction';
import type { Dataset, RepositoryUpdate } from '../../../types/dataset';
import { formatCount, formatFileSize, formatPlural } from '../../../utils/formatters';
import { Button } from '../../common/Button';
import { ErrorMessage } from '../../common/ErrorMessage';
import { TextField } from '../../common/TextField';
import { useNewerCommit } from './useNewerCommit';

interface NewerCommitProps {
  /** A dataset of the Hub. */
  readonly dataset: Dataset;
  readonly onMade: (dataset: Dataset) => void;
}

/** Asks whether the repository has a newer commit, shows which files it changes, and downloads it. */
export function NewerCommit({ dataset, onMade }: NewerCommitProps) {
  const [token, setToken] = useState('');
  const { found, checking, updating, check, update } = useNewerCommit(dataset.id, onMade);
  const accessToken = token.trim() || null;
  return (
    <section aria-label="Newer commit" className="space-y-3">
      {dataset.metadata.gated && (
        <TextField id="update-token-input" label="Access Token" value={token} onChange={setToken} secret />
      )}
      <Button look="quiet" disabled={checking.kind === 'running'} onClick={() => check(accessToken)}>
        {checking.kind === 'running' ? 'Asking the Hub…' : 'Check for a newer commit'}
      </Button>
      <Failure state={checking} />
      {found !== null && <Found found={found} />}
      {found?.is_newer === true && (
        <Button look="waiting" disabled={updating.kind === 'running'} onClick={() => update(accessToken)}>
          {updating.kind === 'running' ? 'Starting…' : 'Update'}
        </Button>
      )}
      <Failure state={updating} />
    </section>
  );
}

function Failure({ state }: { readonly state: ActionState }) {
  return state.kind === 'failed' ? <ErrorMessage>{state.error.detail}</ErrorMessage> : null;
}

function Found({ found }: { readonly found: RepositoryUpdate }) {
  const { files, changed_files: changed } = found;
  return (
    <div className="space-y-3">
      <p role="status" className="text-slate-300">
        {describeUpdate(found)}
      </p>
      {files.length > 0 && (
        <ul aria-label="Changed files" className="max-h-48 overflow-y-auto text-sm space-y-1" tabIndex={0}>
          {files.map(({ path, split, change, size_bytes, rows }) => (
            <li key={`${split} ${path}`} className="flex justify-between gap-4 tabular-nums">
              <span className="break-all">
                <span className="text-slate-400">{change}</span> {path}
              </span>
              <span className="text-slate-300 whitespace-nowrap">
                {formatFileSize(size_bytes)}
                {rows !== null && ` • ${formatPlural(rows, 'row')} here`}
              </span>
            </li>
          ))}
        </ul>
      )}
      {changed > files.length && (
        <p className="text-sm text-slate-400">And {formatCount(changed - files.length)} more.</p>
      )}
    </div>
  );
}

function describeUpdate(found: RepositoryUpdate): string {
  const { commit, is_newer, changed_files, unchanged_files, fetch_bytes } = found;
  if (!is_newer) {
    return 'This dataset is at the newest commit.';
  }
  const fetched = fetch_bytes === null ? '' : ` Update fetches ${formatFileSize(fetch_bytes)}.`;
  return (
    `A newer commit is there: ${commit.slice(0, 12)}. ${formatPlural(changed_files, 'file')} changed, ` +
    `${formatCount(unchanged_files)} unchanged.${fetched}`
  );
}
