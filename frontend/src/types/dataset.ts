/** Names of the domain over the types that are generated from the API's own description. */
import type { components } from './api.gen';

type Schemas = components['schemas'];

/** A request body: fields with a default may be left out. */
type Request<Body, Required extends keyof Body> = Pick<Body, Required> & Partial<Omit<Body, Required>>;

export type Dataset = Schemas['DatasetResponse'];
export type DatasetDetail = Schemas['DatasetDetail'];
export type DatasetStatus = Schemas['DatasetStatus'];
export type DatasetSample = Schemas['SampleResponse'];
export type DatasetListResponse = Schemas['DatasetListResponse'];
export type SampleListResponse = Schemas['SampleListResponse'];
export type DatasetDownloadRequest = Request<Schemas['DatasetDownloadRequest'], 'repo_id'>;
export type RetryRequest = Partial<Schemas['RetryRequest']>;
export type DeletePreview = Schemas['DeletePreview'];
export type HubDataset = Schemas['HubDatasetResponse'];
export type Job = Schemas['JobResponse'];
export type Pagination = Schemas['Pagination'];
export type Problem = Schemas['Problem'];
export type Storage = Schemas['StorageResponse'];
export type Tokenization = Schemas['TokenizationResponse'];
export type UsageSnippet = Schemas['UsageSnippet'];

/** The figures of a dataset that its record carries; those of tokens stand once it is tokenized. */
export type DatasetStatistics = Pick<
  Dataset,
  'num_samples' | 'num_tokens' | 'avg_seq_length' | 'vocab_size' | 'size_bytes'
>;
