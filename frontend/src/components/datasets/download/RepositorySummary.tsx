import type { HubDataset } from '../../../types/dataset';
import { formatFileSize, formatPlural } from '../../../utils/formatters';
import { Button } from '../../common/Button';
import type { Preflight } from './usePreflight';

interface RepositorySummaryProps {
  readonly preflight: Preflight;
  readonly onOpen: (datasetId: string) => void;
  /** Whether an error already says that the dataset exists. */
  readonly hasExistingError?: boolean;
}

const MAX_NAMES = 4;

/** One line below the repository's field that describes it; an error replaces it. */
export function RepositorySummary({ preflight, onOpen, hasExistingError = false }: RepositorySummaryProps) {
  if (preflight.kind === 'idle' || preflight.kind === 'failed') {
    return null;
  }
  const existing =
    preflight.kind === 'loaded' && !hasExistingError ? preflight.value.existing_dataset_id : null;
  return (
    <p role="status" className="mt-2 text-sm text-slate-400">
      {preflight.kind === 'loading' ? 'Checking the Hub…' : <Facts hub={preflight.value} />}
      {existing !== null && (
        <>
          {' • already in your datasets: '}
          <Button look="link" onClick={() => onOpen(existing)}>
            open it
          </Button>
        </>
      )}
    </p>
  );
}

function Facts({ hub }: { readonly hub: HubDataset }) {
  if (hub.config === null) {
    // Size and free space are known for a single config only.
    return `${describeConfigs(hub)} • ${describeAccess(hub)}`;
  }
  const facts = [
    formatFileSize(hub.size_bytes),
    formatPlural(hub.num_files, 'file'),
    describeConfigs(hub),
    hub.splits.length > 0 ? `splits: ${joinNames(hub.splits.map(({ name }) => name))}` : '',
    describeAccess(hub),
  ];
  const room = hub.fits
    ? `${formatFileSize(hub.free_bytes - hub.needed_bytes)} free afterwards`
    : `does not fit: needs ${formatFileSize(hub.needed_bytes)}, only ${formatFileSize(hub.free_bytes)} free`;
  return (
    <>
      {facts.filter((fact) => fact !== '').join(' • ')}
      {' • '}
      <span className={hub.fits ? '' : 'text-red-400'}>{room}</span>
    </>
  );
}

function describeConfigs({ config, configs: all }: HubDataset): string {
  const count = formatPlural(all.length, 'config');
  if (config === null) {
    return `${count}: choose one under Options`;
  }
  return all.length > 1 ? `config ${config} of ${all.length}` : count;
}

function describeAccess({ access: state, gated, private: isPrivate }: HubDataset): string {
  const kind = isPrivate ? 'private' : 'gated';
  switch (state) {
    case 'login_required':
      return `${kind}: needs an access token`;
    case 'request_required':
      return `${kind}: request access on the Hub first`;
    case 'granted':
      return gated || isPrivate ? `${kind}, you have access` : 'not gated';
  }
}

function joinNames(all: readonly string[]): string {
  const more = all.length - MAX_NAMES;
  return all.slice(0, MAX_NAMES).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
