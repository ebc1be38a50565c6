import { Upload } from 'lucide-react';

import { useImportStore } from '../../../stores/importStore';
import { useFileDrop } from './useFileDrop';

function planImport(files: readonly File[]): void {
  void useImportStore.getState().planImport(files);
}

/** Imports files dropped anywhere on the page; shows an overlay while files are dragged. */
export function DropTarget() {
  const isOver = useFileDrop(planImport);
  return isOver ? (
    <div className="fixed inset-4 z-40 flex items-center justify-center gap-3 rounded-lg border-2 border-dashed border-emerald-500 bg-slate-950 text-lg font-medium pointer-events-none">
      <Upload className="w-6 h-6 text-emerald-400" aria-hidden="true" />
      Drop the files to import them
    </div>
  ) : null;
}
