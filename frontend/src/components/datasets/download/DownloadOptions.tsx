import type { ReactNode } from 'react';

import type { HubDataset } from '../../../types/dataset';
import { FieldNote } from '../../common/FieldNote';
import { TextField } from '../../common/TextField';
import { SplitChoice } from '../shared/SplitChoice';
import { AmountOptions } from './AmountOptions';
import { TemplateField } from '../shared/TemplateField';
import { FieldError } from './FieldError';
import type { DownloadForm } from './useDownloadForm';

interface DownloadOptionsProps {
  readonly form: DownloadForm;
  /** The import buttons. */
  readonly children: ReactNode;
}

interface TextOption {
  readonly name: 'config' | 'revision' | 'text_column';
  readonly id: string;
  readonly label: string;
  readonly note: string;
  readonly placeholder: (hub: HubDataset | null) => string;
  readonly suggestions: (hub: HubDataset) => readonly string[];
}

const CONFIG: TextOption = {
  name: 'config',
  id: 'dataset-config-input',
  label: 'Config',
  note: 'Leave empty for the repository’s default or only config.',
  placeholder: (hub) => (hub?.default_config ? `Default: ${hub.default_config}` : 'Default'),
  suggestions: (hub) => hub.configs,
};
const REVISION: TextOption = {
  name: 'revision',
  id: 'dataset-revision-input',
  label: 'Revision',
  note: 'A branch, tag or commit. Leave empty for the main branch.',
  placeholder: () => 'Default: main',
  suggestions: () => [],
};
const TEXT_COLUMN: TextOption = {
  name: 'text_column',
  id: 'dataset-text-column-input',
  label: 'Text column',
  note: 'Leave empty to detect it automatically.',
  placeholder: () => 'Detected automatically',
  suggestions: (hub) => hub.columns.map(({ name }) => name),
};

/** The optional settings of a download; the server chooses what is left empty. */
export function DownloadOptions({ form, children }: DownloadOptionsProps) {
  const { values, errors, change } = form;
  return (
    <div id="download-options" className="grid gap-4 sm:grid-cols-2">
      <TextOptionField option={CONFIG} form={form} />
      <TextOptionField option={REVISION} form={form} />
      <SplitChoice
        splits={getHub(form)?.splits.map(({ name }) => name) ?? []}
        selected={values.splits}
        onChange={(splits) => change({ splits })}
        {...(form.preflight.kind === 'loading' ? { unknownText: 'Looking up the splits…' } : {})}
      >
        <FieldError failure={errors.splits} onChoose={(split) => change({ splits: [split] })} />
      </SplitChoice>
      <TextOptionField option={TEXT_COLUMN} form={form} />
      <div className="sm:col-span-2">
        <TemplateField
          id="dataset-text-template-input"
          value={values.text_template}
          onChange={(template) => change({ text_template: template })}
          error={errors.text_template?.message}
        />
      </div>
      <AmountOptions form={form} hub={getHub(form)} />
      <div className="sm:col-span-2 border-t border-slate-800 pt-4 space-y-3">
        <p className="text-sm text-slate-400">Or import local files (.csv, .jsonl, .parquet, …):</p>
        {children}
      </div>
    </div>
  );
}

function TextOptionField({ option, form }: { readonly option: TextOption; readonly form: DownloadForm }) {
  const { name, id, label, note } = option;
  const hub = getHub(form);
  const failure = form.errors[name];
  const change = (text: string): void => form.change({ [name]: text });
  return (
    <TextField
      {...{ id, label }}
      value={form.values[name]}
      onChange={change}
      placeholder={option.placeholder(hub)}
      suggestions={hub === null ? [] : option.suggestions(hub)}
      invalid={failure !== undefined}
    >
      <FieldNote text={note} />
      <FieldError failure={failure} onChoose={change} />
    </TextField>
  );
}

/** Return what the Hub says about the repository; null while it is unknown. */
function getHub({ preflight, outdatedHub }: DownloadForm): HubDataset | null {
  return preflight.kind === 'loaded' ? preflight.value : outdatedHub;
}
