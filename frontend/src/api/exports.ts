/** The routes of exports. */
import type { Export, ExportEstimate, ExportFormat } from '../types/dataset';
import { fetchAPI, resolveApiUrl } from './client';
import { withSignal } from './query';

/** What is exported. */
export interface ExportTarget {
  readonly kind: 'datasets' | 'tokenizations';
  readonly id: string;
}

/** Return how large an export would be. */
export function estimateExport(
  target: ExportTarget,
  format: ExportFormat,
  signal?: AbortSignal,
): Promise<ExportEstimate> {
  return fetchAPI(`${formatPath(target)}?format=${format}`, withSignal(signal));
}

/** Start an export. */
export function startExport(target: ExportTarget, format: ExportFormat): Promise<Export> {
  return fetchAPI(formatPath(target), { method: 'POST', body: { format } });
}

/** Fetch the exports of a dataset and of its tokenizations, newest first. */
export function listExports(datasetId: string, signal?: AbortSignal): Promise<Export[]> {
  return fetchAPI(`/datasets/${encodeURIComponent(datasetId)}/exports`, withSignal(signal));
}

/** Stop an export, and delete its files. */
export function deleteExport(id: string): Promise<void> {
  return fetchAPI(`/exports/${encodeURIComponent(id)}`, { method: 'DELETE' });
}

/** Return the address of a file of an export. */
export function getExportUrl(id: string, path: string): string {
  const parts = path.split('/').map(encodeURIComponent).join('/');
  return resolveApiUrl(`/exports/${encodeURIComponent(id)}/files/${parts}`).href;
}

function formatPath({ kind, id }: ExportTarget): string {
  return `/${kind}/${encodeURIComponent(id)}/export`;
}
