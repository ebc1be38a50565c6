import { getAccessToken } from '../../../api/accessToken';
import { getExportUrl } from '../../../api/exports';
import { useAction } from '../../../hooks/useAction';
import type { Export } from '../../../types/dataset';
import { formatFileSize, formatPlural } from '../../../utils/formatters';
import { Button } from '../../common/Button';
import { CopyButton } from '../../common/CopyButton';
import { ErrorMessage } from '../../common/ErrorMessage';
import { Notice } from '../../common/Notice';
import { ProgressBar } from '../../common/ProgressBar';
import { isActive } from './useExports';

interface ExportListProps {
  /** Newest first. */
  readonly exports: readonly Export[];
  readonly onDelete: (id: string) => Promise<void>;
}

/** The exports that are here or being written, with their files. */
export function ExportList({ exports, onDelete }: ExportListProps) {
  return (
    <section aria-label="Exports" className="space-y-4">
      <h3 className="font-medium">Exports</h3>
      <ul className="space-y-4">
        {exports.map((each) => (
          <li key={each.id} className="bg-slate-800/30 rounded-lg p-4 space-y-2">
            <OneExport export={each} onDelete={onDelete} />
          </li>
        ))}
      </ul>
    </section>
  );
}

interface OneExportProps extends Pick<ExportListProps, 'onDelete'> {
  readonly export: Export;
}

function OneExport({ export: made, onDelete }: OneExportProps) {
  const [state, remove] = useAction(onDelete);
  const isRunning = isActive(made);
  return (
    <>
      {isRunning ? (
        <ProgressBar value={made.progress} label={`Progress of the ${made.format} export`}>
          {made.format}: <span className="capitalize">{made.state}</span>
        </ProgressBar>
      ) : (
        <p className="break-words">{describe(made)}</p>
      )}
      {made.notes.map((note) => (
        <Notice key={note}>{note}</Notice>
      ))}
      {made.error_code !== null && made.error_code !== 'cancelled' && (
        <ErrorMessage>{made.error_message}</ErrorMessage>
      )}
      {made.path !== null && <Files export={made} path={made.path} />}
      {state.kind === 'failed' && <ErrorMessage>{state.error.detail}</ErrorMessage>}
      <Button look="quiet" disabled={state.kind === 'running'} onClick={() => void remove(made.id)}>
        {isRunning ? 'Cancel' : 'Delete'}
      </Button>
    </>
  );
}

function describe({ format, state, rows, files, bytes }: Export): string {
  if (state !== 'succeeded' || rows === null) return `${format}: ${state}`;
  const size = `${formatPlural(files.length, 'file')}, ${formatFileSize(bytes)}`;
  return `${format}: ${formatPlural(rows, 'row')} in ${size}`;
}

/** The folder of the files, and a link to each; a link cannot carry the access token of a server that asks for one. */
function Files({ export: made, path }: { readonly export: Export; readonly path: string }) {
  return (
    <>
      <p className="flex items-center gap-2 text-sm text-slate-400 min-w-0">
        <code className="break-all">{path}</code>
        <CopyButton label="Copy the folder of the files" text={path} />
      </p>
      {getAccessToken() === null && (
        <ul className="text-sm max-h-40 overflow-y-auto">
          {made.files.map((file) => (
            <li key={file.path}>
              <a
                href={getExportUrl(made.id, file.path)}
                download
                className="text-emerald-400 hover:underline break-all"
              >
                {file.path}
              </a>{' '}
              <span className="text-slate-400">{formatFileSize(file.bytes)}</span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
