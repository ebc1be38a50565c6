import { Download } from 'lucide-react';
import { type ReactNode, type SyntheticEvent, useState } from 'react';

import { primaryButton, textButton } from '../../common/styles';
import { TextField } from '../../common/TextField';
import { hasOptionErrors } from './downloadErrors';
import { DownloadOptions } from './DownloadOptions';
import { FieldError } from './FieldError';
import { RepositorySummary } from './RepositorySummary';
import { useDownloadForm } from './useDownloadForm';

interface DownloadFormProps {
  readonly onOpen: (datasetId: string) => void;
  /** The import buttons, shown among the options. */
  readonly children?: ReactNode;
}

/** Downloads a dataset from the Hub; only the repository is required. */
export function DownloadForm({ onOpen, children }: DownloadFormProps) {
  const form = useDownloadForm();
  const { values, errors, preflight, submitting, change } = form;
  const [isExpanded, setIsExpanded] = useState(false);
  const open = isExpanded || hasOptionErrors(errors);
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    void form.submit();
  };
  return (
    <div className="bg-slate-900/50 border border-slate-800 rounded-lg p-6">
      <div className="flex items-start justify-between">
        <h3 className="text-lg font-semibold mb-4">Download from HuggingFace</h3>
        <button
          type="button"
          aria-expanded={open}
          aria-controls={open ? 'download-options' : undefined}
          onClick={() => setIsExpanded(!open)}
          className={`${textButton} min-h-7 px-2 -mr-2`}
        >
          Options
        </button>
      </div>
      <form onSubmit={submit} noValidate className="space-y-4">
        <TextField
          id="dataset-repo-input"
          label="Dataset Repository"
          value={values.repo_id}
          onChange={(repo_id) => change({ repo_id })}
          onBlur={form.checkRepository}
          placeholder="e.g., roneneldan/TinyStories"
          invalid={errors.repo_id !== undefined}
        >
          <RepositorySummary
            preflight={preflight}
            onOpen={onOpen}
            hasExistingError={typeof errors.repo_id?.existingId === 'string'}
          />
          <FieldError failure={errors.repo_id} onOpen={onOpen} />
        </TextField>
        <TextField
          id="dataset-token-input"
          label="Access Token (optional, for gated datasets)"
          value={values.access_token}
          onChange={(access_token) => change({ access_token })}
          placeholder="hf_xxxxxxxxxxxxxxxxxxxx"
          secret
          invalid={errors.access_token !== undefined}
        >
          <FieldError failure={errors.access_token} />
        </TextField>
        {open && <DownloadOptions form={form}>{children}</DownloadOptions>}
        <button type="submit" disabled={values.repo_id.trim() === '' || submitting} className={primaryButton}>
          <Download className="w-5 h-5 shrink-0" aria-hidden="true" />
          {submitting ? 'Starting the download…' : 'Download Dataset from HuggingFace'}
        </button>
      </form>
    </div>
  );
}
