import { FieldNote } from '../../common/FieldNote';
import { SelectField } from '../../common/SelectField';
import { TextField } from '../../common/TextField';
import type { FileOptionName, ImportPlanForm } from './useImportPlan';

interface ImportPlanOptionsProps {
  readonly form: ImportPlanForm;
  /** The dataset's name if the user gives none. */
  readonly suggestedName: string;
}

const DELIMITERS = [
  ['', 'As detected'],
  [',', 'Comma'],
  [';', 'Semicolon'],
  ['\t', 'Tab'],
  ['|', 'Vertical bar'],
] as const;
const SAMPLES = [
  ['', 'As planned'],
  ['line', 'One sample per line'],
  ['paragraph', 'One sample per paragraph'],
  ['file', 'One sample per file'],
] as const;
const ENCODINGS = ['utf-8', 'utf-16', 'cp1252', 'latin-1', 'shift_jis', 'gb18030', 'cp1251'];

/** The name, the text column and how the files are read; each option is shown if a file has it. */
export function ImportPlanOptions({ form, suggestedName }: ImportPlanOptionsProps) {
  const { name, textColumn, suggestedColumn, columns, change } = form;
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <TextField
        id="import-name"
        label="Name"
        value={name}
        placeholder={`Default: ${suggestedName}`}
        onChange={(text) => change({ name: text })}
      />
      <TextField
        id="import-text-column"
        label="Text column"
        value={textColumn}
        placeholder={suggestedColumn === null ? 'Detected automatically' : `Detected: ${suggestedColumn}`}
        suggestions={columns}
        onChange={(text) => change({ textColumn: text })}
      >
        <FieldNote text="Leave empty to detect it from all rows." />
      </TextField>
      <ReaderOptions form={form} />
    </div>
  );
}

function ReaderOptions({ form }: { readonly form: ImportPlanForm }) {
  const { options, hasOption, files } = form;
  const set = (name: FileOptionName) => (value: string) =>
    form.change({ options: { ...options, [name]: value } });
  const describe = (name: 'encoding' | 'field'): string => {
    const detected = files.find((file) => !file.skipped && file[name] !== null)?.[name] ?? null;
    return detected === null ? 'Detected automatically' : `Detected: ${detected}`;
  };
  return (
    <>
      {hasOption('delimiter') && (
        <SelectField
          id="import-delimiter"
          label="Delimiter of CSV files"
          value={options.delimiter}
          choices={DELIMITERS}
          onChange={set('delimiter')}
        />
      )}
      {hasOption('encoding') && (
        <TextField
          id="import-encoding"
          label="Encoding"
          value={options.encoding}
          placeholder={describe('encoding')}
          suggestions={ENCODINGS}
          onChange={set('encoding')}
        />
      )}
      {hasOption('field') && (
        <TextField
          id="import-field"
          label="Key of the records in JSON files"
          value={options.field}
          placeholder={describe('field')}
          onChange={set('field')}
        />
      )}
      {hasOption('sample_by') && (
        <SelectField
          id="import-sample-by"
          label="Samples of text files"
          value={options.sample_by}
          choices={SAMPLES}
          onChange={set('sample_by')}
        />
      )}
    </>
  );
}
