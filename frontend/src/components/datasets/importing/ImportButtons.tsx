import { useRef } from 'react';

import { useImportStore } from '../../../stores/importStore';
import { Button } from '../../common/Button';

const ACCEPTED_SUFFIXES = '.csv,.tsv,.json,.jsonl,.gz,.zst,.txt,.parquet,.arrow';

/** Buttons that import local files and the bundled sample. */
export function ImportButtons() {
  const picker = useRef<HTMLInputElement>(null);
  const { state, importFiles, loadSample } = useImportStore();
  const busy = state.kind === 'sending';
  return (
    <div className="flex flex-wrap gap-3 text-sm">
      <Button look="quiet" disabled={busy} onClick={() => picker.current?.click()}>
        Import a file
      </Button>
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        accept={ACCEPTED_SUFFIXES}
        aria-label="Files to import"
        onChange={({ target }) => {
          const files = [...(target.files ?? [])];
          // Reset the input, so that the same file can be picked again after it was corrected.
          target.value = '';
          if (files.length > 0) void importFiles(files);
        }}
      />
      <Button look="quiet" disabled={busy} onClick={() => void loadSample()}>
        Load the sample
      </Button>
    </div>
  );
}
