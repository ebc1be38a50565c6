import { Download } from 'lucide-react';
import { type ReactNode, type SyntheticEvent, useEffect, useState } from 'react';

import { useImportStore } from '../../../stores/importStore';
import { Button } from '../../common/Button';
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
  const [open, setOpen] = useOptions(hasOptionErrors(form.errors));
  useImportedTextColumn(form.values.text_column.trim());
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    void form.submit();
  };
  return (
    <div className="bg-slate-900/50 border border-slate-800 rounded-lg p-6">
      <FormHeading open={open} onToggle={() => setOpen(!open)} />
      <form onSubmit={submit} noValidate className="space-y-4">
        <RepositoryField form={form} onOpen={onOpen} />
        <TokenField form={form} />
        {open && <DownloadOptions form={form}>{children}</DownloadOptions>}
        <SubmitButton form={form} />
      </form>
    </div>
  );
}

/** Pass the text column on to an import that is started beside it. */
function useImportedTextColumn(textColumn: string): void {
  useEffect(() => useImportStore.setState({ textColumn }), [textColumn]);
}

/** Whether the options are open: a new error among them opens them, and they stay open while it is corrected. */
function useOptions(hasErrors: boolean): [boolean, (open: boolean) => void] {
  const [open, setOpen] = useState(hasErrors);
  const [hadErrors, setHadErrors] = useState(hasErrors);
  if (hasErrors !== hadErrors) {
    setHadErrors(hasErrors);
    if (hasErrors) setOpen(true);
  }
  return [open, setOpen];
}

function FormHeading({ open, onToggle }: { readonly open: boolean; readonly onToggle: () => void }) {
  return (
    <div className="flex items-start justify-between">
      <h3 className="text-lg font-semibold mb-4">Download from HuggingFace</h3>
      <Button
        look="text"
        aria-expanded={open}
        aria-controls={open ? 'download-options' : undefined}
        onClick={onToggle}
        className="min-h-7 px-2 -mr-2"
      >
        Options
      </Button>
    </div>
  );
}

interface FieldProps {
  readonly form: ReturnType<typeof useDownloadForm>;
}

function RepositoryField({ form, onOpen }: FieldProps & Pick<DownloadFormProps, 'onOpen'>) {
  const failure = form.errors.repo_id;
  return (
    <TextField
      id="dataset-repo-input"
      label="Dataset Repository"
      value={form.values.repo_id}
      onChange={(repo_id) => form.change({ repo_id })}
      onBlur={form.checkRepository}
      placeholder="e.g., roneneldan/TinyStories"
      invalid={failure !== undefined}
    >
      <RepositorySummary
        preflight={form.preflight}
        onOpen={onOpen}
        hasExistingError={typeof failure?.existingId === 'string'}
      />
      <FieldError failure={failure} onOpen={onOpen} />
    </TextField>
  );
}

function TokenField({ form }: FieldProps) {
  const failure = form.errors.access_token;
  return (
    <TextField
      id="dataset-token-input"
      label="Access Token (optional, for gated datasets)"
      value={form.values.access_token}
      onChange={(access_token) => form.change({ access_token })}
      placeholder="hf_xxxxxxxxxxxxxxxxxxxx"
      secret
      invalid={failure !== undefined}
    >
      <FieldError failure={failure} />
    </TextField>
  );
}

function SubmitButton({ form: { values, submitting } }: FieldProps) {
  return (
    <Button look="primary" type="submit" disabled={values.repo_id.trim() === '' || submitting}>
      <Download className="w-5 h-5 shrink-0" aria-hidden="true" />
      {submitting ? 'Starting the download…' : 'Download Dataset from HuggingFace'}
    </Button>
  );
}
