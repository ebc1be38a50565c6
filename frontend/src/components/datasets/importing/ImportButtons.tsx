import { type ReactNode, useRef } from 'react';

import { useImportStore } from '../../../stores/importStore';
import { Button } from '../../common/Button';

const ACCEPTED_SUFFIXES = '.csv,.tsv,.json,.jsonl,.ndjson,.gz,.zst,.txt,.parquet,.arrow';

/** Buttons that import local files, a folder, and the bundled sample. */
export function ImportButtons() {
  const { state, planImport, loadSample } = useImportStore();
  const busy = state.kind !== 'idle' && state.kind !== 'failed';
  const onFiles = (files: readonly File[]): void => void planImport(files);
  return (
    <div className="flex flex-wrap gap-3 text-sm">
      <FilePicker label="Files to import" accept={ACCEPTED_SUFFIXES} {...{ busy, onFiles }}>
        Import a file
      </FilePicker>
      <FilePicker label="Folder to import" folder {...{ busy, onFiles }}>
        Import a folder
      </FilePicker>
      <Button look="quiet" disabled={busy} onClick={() => void loadSample()}>
        Load the sample
      </Button>
    </div>
  );
}

interface FilePickerProps {
  readonly label: string;
  readonly accept?: string;
  readonly folder?: boolean;
  readonly busy: boolean;
  readonly onFiles: (files: readonly File[]) => void;
  readonly children: ReactNode;
}

/** A button that opens the browser's own picker. */
function FilePicker({ label, accept, folder = false, busy, onFiles, children }: FilePickerProps) {
  const picker = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button look="quiet" disabled={busy} onClick={() => picker.current?.click()}>
        {children}
      </Button>
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        accept={accept}
        aria-label={label}
        // React passes on what it does not know.
        {...(folder ? { webkitdirectory: '' } : {})}
        onChange={({ target }) => {
          const files = [...(target.files ?? [])];
          // Reset the input, so that the same file can be picked again after it was corrected.
          target.value = '';
          if (files.length > 0) onFiles(files);
        }}
      />
    </>
  );
}
