import { useState } from 'react';

import type { ExportTarget } from '../../../api/exports';
import { Button } from '../../common/Button';
import { lazyPart } from '../../common/lazyPart';

/** The code of the window is loaded when it is first opened. */
const ExportDialog = lazyPart(() => import('./ExportDialog'));

interface ExportButtonProps {
  readonly datasetId: string;
  readonly target: ExportTarget;
  /** What is exported, in words. */
  readonly name: string;
}

/** Opens the window that exports a dataset or a tokenization. */
export function ExportButton(props: ExportButtonProps) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <Button look="quiet" onClick={() => setIsOpen(true)}>
        Export…
      </Button>
      {isOpen && <ExportDialog {...props} onClose={() => setIsOpen(false)} />}
    </>
  );
}
