import type { ImportFile } from '../../../types/dataset';
import { smallInput } from '../../common/styles';
import { type FileChanges, type ImportPlanForm, isSplit } from './useImportPlan';

/** A plan may have 10,000 files. */
const SHOWN_FILES = 200;
const SPLITS = ['train', 'validation', 'test'];
const DELIMITER_NAMES: Readonly<Record<string, string>> = { '\t': 'tab', ' ': 'space' };

/** The files of an import: whether each is read, as which split, and how or why not. */
export function ImportPlanFiles({ form }: { readonly form: ImportPlanForm }) {
  const { files, changeFile } = form;
  const hidden = files.length - SHOWN_FILES;
  return (
    <div className="space-y-2">
      <table className="w-full text-sm text-left">
        <caption className="sr-only">Files of the import</caption>
        <thead className="text-slate-400">
          <tr>
            <th className="py-2 pr-3 font-medium">File</th>
            <th className="py-2 pr-3 font-medium">Split</th>
            <th className="py-2 font-medium">Read as</th>
          </tr>
        </thead>
        <tbody>
          {files.slice(0, SHOWN_FILES).map((file, index) => (
            <FileRow
              key={`${file.file} ${index}`}
              file={file}
              onChange={(changes) => changeFile(index, changes)}
            />
          ))}
        </tbody>
      </table>
      {hidden > 0 && <p className="text-sm text-slate-400">And {hidden.toLocaleString('en')} more files.</p>}
      <datalist id="import-splits">
        {SPLITS.map((split) => (
          <option key={split} value={split} />
        ))}
      </datalist>
    </div>
  );
}

interface FileRowProps {
  readonly file: ImportFile;
  readonly onChange: (changes: FileChanges) => void;
}

function FileRow({ file, onChange }: FileRowProps) {
  const { file: name, split, format, skipped, reason } = file;
  return (
    <tr className="border-t border-slate-800">
      <td className="py-2 pr-3 break-all">
        <label className="flex items-center gap-2">
          <input
            type="checkbox"
            checked={!skipped}
            disabled={skipped && format === null}
            onChange={({ target }) =>
              onChange({ skipped: !target.checked, split: split ?? 'train', reason: null })
            }
          />
          <bdi className={skipped ? 'text-slate-400' : ''}>{name}</bdi>
        </label>
      </td>
      <td className="py-2 pr-3">
        {!skipped && (
          <input
            aria-label={`Split of ${name}`}
            list="import-splits"
            value={split ?? ''}
            aria-invalid={!isSplit(split)}
            onChange={({ target }) => onChange({ split: target.value })}
            className={`${smallInput} w-32`}
          />
        )}
      </td>
      <td className="py-2 text-slate-300 break-words">
        {skipped ? `Skipped. ${reason ?? 'You left it out.'}` : describeFormat(file)}
      </td>
    </tr>
  );
}

function describeFormat({ format, delimiter, encoding, field, reason }: ImportFile): string {
  const parts = [
    format,
    delimiter === null || delimiter === ',' ? null : `delimiter ${DELIMITER_NAMES[delimiter] ?? delimiter}`,
    encoding === null || encoding === 'utf-8' ? null : encoding,
    field === null ? null : `records under ${field}`,
    reason,
  ];
  return parts.filter((part) => part !== null).join(', ');
}
