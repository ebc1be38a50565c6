/** The routes of tokenizations and of the tokenizers that they are made with. */
import type {
  Model,
  Preview,
  PreviewRequest,
  RetryRequest,
  Tokenization,
  TokenizationDetail,
  TokenizedRowList,
  TokenizeRequest,
  Trace,
} from '../types/dataset';
import { fetchAPI } from './client';
import { formatDatasetPath, formatQuery, formatTokenizationPath, withSignal } from './query';

/** Start a tokenization; the answer is its record, whose work then goes on by itself. */
export function tokenizeDataset(datasetId: string, request: TokenizeRequest): Promise<Tokenization> {
  return fetchAPI(`${formatDatasetPath(datasetId)}/tokenize`, { method: 'POST', body: request });
}

/** One tokenization with its books and how to load it. */
export function getTokenization(id: string, signal?: AbortSignal): Promise<TokenizationDetail> {
  return fetchAPI(formatTokenizationPath(id), withSignal(signal));
}

/** Stop the work under way; nothing that is there already is touched. */
export function cancelTokenization(id: string): Promise<Tokenization> {
  return fetchAPI(`${formatTokenizationPath(id)}/cancel`, { method: 'POST' });
}

/** Try again what failed or was cancelled. */
export function retryTokenization(id: string, request: RetryRequest = {}): Promise<Tokenization> {
  return fetchAPI(`${formatTokenizationPath(id)}/retry`, { method: 'POST', body: request });
}

/** Delete the tokenization and all its files. */
export function deleteTokenization(id: string): Promise<void> {
  return fetchAPI(formatTokenizationPath(id), { method: 'DELETE' });
}

interface RowQuery {
  readonly split: string;
  readonly page: number;
  readonly limit: number;
}

/** A page of the rows that a tokenization wrote. */
export function getTokenizedRows(
  id: string,
  query: RowQuery,
  signal?: AbortSignal,
): Promise<TokenizedRowList> {
  return fetchAPI(`${formatTokenizationPath(id)}/rows${formatQuery({ ...query })}`, withSignal(signal));
}

interface Position {
  readonly split: string;
  readonly row: number;
  readonly position: number;
}

/** Where one token of a written row came from. */
export function getTrace(
  id: string,
  { split, row, position }: Position,
  signal?: AbortSignal,
): Promise<Trace> {
  const query = formatQuery({ split, position });
  return fetchAPI(`${formatTokenizationPath(id)}/rows/${row}/trace${query}`, withSignal(signal));
}

/** A text as tokens. */
export function previewTokens(request: PreviewRequest): Promise<Preview> {
  return fetchAPI('/tokenize-preview', { method: 'POST', body: request });
}

/** The tokenizers that this studio knows, newest first. */
export function getModels(signal?: AbortSignal): Promise<readonly Model[]> {
  return fetchAPI('/models', withSignal(signal));
}
