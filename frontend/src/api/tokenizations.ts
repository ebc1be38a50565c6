/** The tokenization and tokenizer routes of the API. */
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

/** Start a tokenization and return the new record; the job runs on the server. */
export function tokenizeDataset(datasetId: string, request: TokenizeRequest): Promise<Tokenization> {
  return fetchAPI(`${formatDatasetPath(datasetId)}/tokenize`, { method: 'POST', body: request });
}

/** Fetch one tokenization with its audit, its ledger and the code that loads it. */
export function getTokenization(id: string, signal?: AbortSignal): Promise<TokenizationDetail> {
  return fetchAPI(formatTokenizationPath(id), withSignal(signal));
}

/** Cancel the running job; other tokenizations are not affected. */
export function cancelTokenization(id: string): Promise<Tokenization> {
  return fetchAPI(`${formatTokenizationPath(id)}/cancel`, { method: 'POST' });
}

/** Retry a failed or cancelled tokenization. */
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

/** Fetch one page of a tokenization's rows. */
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

/** Fetch the source of one token of a written row. */
export function getTrace(
  id: string,
  { split, row, position }: Position,
  signal?: AbortSignal,
): Promise<Trace> {
  const query = formatQuery({ split, position });
  return fetchAPI(`${formatTokenizationPath(id)}/rows/${row}/trace${query}`, withSignal(signal));
}

/** Tokenize a text without storing anything. */
export function previewTokens(request: PreviewRequest): Promise<Preview> {
  return fetchAPI('/tokenize-preview', { method: 'POST', body: request });
}

/** Fetch the known tokenizers, newest first. */
export function getModels(signal?: AbortSignal): Promise<readonly Model[]> {
  return fetchAPI('/models', withSignal(signal));
}
