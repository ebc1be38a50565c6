import { FieldNote } from '../../common/FieldNote';
import { TextField } from '../../common/TextField';
import { SplitChoice } from '../shared/SplitChoice';
import { FieldError } from './FieldError';
import type { ReactNode } from 'react';

import type { DownloadForm } from './useDownloadForm';

interface DownloadOptionsProps {
  readonly form: DownloadForm;
  /** The import buttons. */
  readonly children: ReactNode;
}

/** The optional settings of a download; the server chooses what is left empty. */
export function DownloadOptions({ form, children }: DownloadOptionsProps) {
  const { values, errors, change, preflight } = form;
  const hub = preflight.kind === 'loaded' ? preflight.value : null;
  return (
    <div id="download-options" className="grid gap-4 sm:grid-cols-2">
      <TextField
        id="dataset-config-input"
        label="Config"
        value={values.config}
        onChange={(config) => change({ config })}
        placeholder={hub?.default_config ?? 'default'}
        suggestions={hub?.configs ?? []}
        invalid={errors.config !== undefined}
      >
        <FieldNote text="Leave empty for the repository’s default or only config." />
        <FieldError failure={errors.config} onChoose={(config) => change({ config })} />
      </TextField>
      <TextField
        id="dataset-revision-input"
        label="Revision"
        value={values.revision}
        onChange={(revision) => change({ revision })}
        placeholder="main"
        invalid={errors.revision !== undefined}
      >
        <FieldNote text="A branch, tag or commit. Leave empty for the main branch." />
        <FieldError failure={errors.revision} onChoose={(revision) => change({ revision })} />
      </TextField>
      <SplitChoice
        splits={hub?.splits.map(({ name }) => name) ?? []}
        selected={values.splits}
        onChange={(splits) => change({ splits })}
      >
        <FieldError failure={errors.splits} onChoose={(split) => change({ splits: [split] })} />
      </SplitChoice>
      <TextField
        id="dataset-text-column-input"
        label="Text column"
        value={values.text_column}
        onChange={(text_column) => change({ text_column })}
        placeholder="text"
        suggestions={hub?.columns.map(({ name }) => name) ?? []}
        invalid={errors.text_column !== undefined}
      >
        <FieldNote text="Leave empty to detect it automatically." />
        <FieldError failure={errors.text_column} onChoose={(text_column) => change({ text_column })} />
      </TextField>
      <div className="sm:col-span-2 border-t border-slate-800 pt-4 space-y-3">
        <p className="text-sm text-slate-400">Or import local files (.csv, .jsonl, .parquet, …):</p>
        {children}
      </div>
    </div>
  );
}
