import { useCallback, useState } from 'react';

import { estimateExport, type ExportTarget } from '../../../api/exports';
import { useAction } from '../../../hooks/useAction';
import { useResource } from '../../../hooks/useResource';
import type { ExportEstimate, ExportFormat } from '../../../types/dataset';
import { formatFileSize, formatPlural } from '../../../utils/formatters';
import { Dialog } from '../../common/Dialog';
import { DialogHeader } from '../../common/DialogHeader';
import { ErrorMessage } from '../../common/ErrorMessage';
import { FieldNote } from '../../common/FieldNote';
import { FormButtons } from '../../common/FormButtons';
import { SelectField } from '../../common/SelectField';
import { ExportList } from './ExportList';
import { isActive, useExports } from './useExports';

interface ExportDialogProps {
  readonly datasetId: string;
  readonly target: ExportTarget;
  /** What is exported, in words. */
  readonly name: string;
  readonly onClose: () => void;
}

type Choice = readonly [ExportFormat, string];

const DATASET_FORMATS: readonly Choice[] = [
  ['parquet', 'Parquet'],
  ['jsonl', 'JSON lines'],
  ['csv', 'CSV'],
];
const TOKEN_FORMATS: readonly Choice[] = [
  ['parquet', 'Parquet'],
  ['arrow', 'Arrow, for load_from_disk'],
  ['bin', '.bin and .idx of Megatron'],
  ['mds', 'MDS of mosaicml-streaming'],
  ['npy', 'NumPy'],
];

/** Writes a dataset or a tokenization in the format of another program; it shows the size before it starts. */
export default function ExportDialog({ datasetId, target, name, onClose }: ExportDialogProps) {
  const formats = target.kind === 'datasets' ? DATASET_FORMATS : TOKEN_FORMATS;
  const [format, setFormat] = useState<ExportFormat>('parquet');
  const { exports, start, remove } = useExports(datasetId, target);
  const [state, run] = useAction(start);
  const isBusy = exports?.some(isActive) ?? true;
  return (
    <Dialog labelledBy="export-title" onClose={onClose} width="max-w-2xl">
      <DialogHeader id="export-title" title="Export" onClose={onClose}>
        Writes <bdi>{name}</bdi> for another program. It stays as it is.
      </DialogHeader>
      <div className="p-6 space-y-6 overflow-y-auto">
        <form
          className="space-y-6"
          onSubmit={(event) => {
            event.preventDefault();
            void run(format);
          }}
        >
          <SelectField
            id="export-format"
            label="Format"
            value={format}
            choices={formats}
            onChange={setFormat}
          >
            <Size target={target} format={format} />
          </SelectField>
          {state.kind === 'failed' && <ErrorMessage>{state.error.detail}</ErrorMessage>}
          <FormButtons
            label="Export"
            disabled={isBusy}
            isStarting={state.kind === 'running'}
            onCancel={onClose}
          />
        </form>
        {exports !== null && exports.length > 0 && <ExportList exports={exports} onDelete={remove} />}
      </div>
    </Dialog>
  );
}

function Size({ target, format }: { readonly target: ExportTarget; readonly format: ExportFormat }) {
  const { kind, id } = target;
  const { state } = useResource(
    useCallback((signal: AbortSignal) => estimateExport({ kind, id }, format, signal), [kind, id, format]),
  );
  switch (state.kind) {
    case 'loading':
      return <FieldNote text="Looking at the size…" />;
    case 'failed':
      return <ErrorMessage>{state.error.detail}</ErrorMessage>;
    case 'loaded':
      return <FieldNote text={describeEstimate(state.value)} />;
  }
}

/** Describe what an export would write, and what it leaves out. */
function describeEstimate({ rows, bytes, is_exact, left_out }: ExportEstimate): string {
  const size = `${formatPlural(rows, 'row')}, ${is_exact ? '' : 'about '}${formatFileSize(bytes)}.`;
  return left_out.length === 0 ? size : `${size} Left out: ${left_out.join(', ')}.`;
}
