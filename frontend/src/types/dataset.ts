/** Domain names for the types generated from the API's description. */
import type { components } from './api.gen';

type Schemas = components['schemas'];

/** A request body, in which fields with a default are optional. */
type Request<Body, Required extends keyof Body> = Pick<Body, Required> & Partial<Omit<Body, Required>>;

export type Dataset = Schemas['DatasetResponse'];
export type DatasetDetail = Schemas['DatasetDetail'];
export type DatasetStatus = Schemas['DatasetStatus'];
export type ColumnsResponse = Schemas['ColumnsResponse'];
export type ColumnProfile = Schemas['ColumnProfileResponse'];
export type DatasetSample = Schemas['SampleResponse'];
/** A dataset's exact figures; token figures are present once it is tokenized. */
export type DatasetStatistics = Schemas['StatisticsResponse'];
export type TokenStatistics = Schemas['TokenStatistics'];
export type DatasetListResponse = Schemas['DatasetListResponse'];
export type SampleListResponse = Schemas['SampleListResponse'];
export type DatasetDownloadRequest = Request<Schemas['DatasetDownloadRequest'], 'repo_id'>;
export type ExtendRequest = Request<Schemas['ExtendRequest'], 'amount'>;
export type RepositoryUpdate = Schemas['UpdateResponse'];
export type DatasetUpdateRequest = Partial<Schemas['DatasetUpdateRequest']>;
type MixPartRequest = Request<Schemas['MixPartRequest'], 'dataset'>;
export type MixRequest = Partial<Omit<Schemas['MixRequest'], 'parts'>> & { parts: MixPartRequest[] };
export type MixPreview = Schemas['MixPreviewResponse'];
export type Mixture = Schemas['MixtureResponse'];
export type SubsetRequest = Partial<Omit<Schemas['SubsetRequest'], 'steps'>> & {
  /** Fields of a step that are left out have their defaults. */
  readonly steps?: readonly ({ readonly kind: string } & Readonly<Record<string, unknown>>)[];
};
export type SubsetPreview = Schemas['SubsetPreviewResponse'];
export type Subset = Schemas['SubsetResponse'];
export type SubsetStage = Schemas['SubsetStage'];
export type Recipe = Schemas['RecipeResponse'];
export type RecipeStep = Schemas['RecipeStep'];
export type Export = Schemas['ExportResponse'];
export type ExportEstimate = Schemas['ExportEstimateResponse'];
export type ExportFormat = Export['format'];
export type RetryRequest = Partial<Schemas['RetryRequest']>;
export type DeletePreview = Schemas['DeletePreview'];
export type HubDataset = Schemas['HubDatasetResponse'];
export type Job = Schemas['JobResponse'];
export type Pagination = Schemas['Pagination'];
export type Problem = Schemas['Problem'];
export type Storage = Schemas['StorageResponse'];
export type Tokenization = Schemas['TokenizationResponse'];
export type TokenizationDetail = Schemas['TokenizationDetail'];
export type TokenizeRequest = Request<Schemas['TokenizeRequest'], 'tokenizer'>;
export type TokenSlot = Schemas['TokenizeRequest']['begin_of_row_token'];
export type Audit = Schemas['Audit'];
export type Ledger = Schemas['Ledger'];
export type PreviewRequest = Request<Schemas['PreviewRequest'], 'tokenizer' | 'text'>;
export type Preview = Schemas['PreviewResponse'];
export type TokenView = Schemas['TokenView'];
export type TokenizedRow = Schemas['TokenizedRow'];
export type WrittenSplit = Schemas['WrittenSplit'];
export type Trace = Schemas['TraceResponse'];
export type Model = Schemas['ModelResponse'];
export type WhatIf = Schemas['WhatIfResponse'];
export type WhatIfOption = Schemas['WhatIfOption'];
export type WhatIfLayout = Schemas['WhatIfLayout'];
export type LengthBin = Schemas['LengthBin'];
export type SampleDetail = Schemas['SampleDetail'];
export type UsageSnippet = Schemas['UsageSnippet'];

/** What each file of an import will be. */
export type ImportPlan = Schemas['ImportPlanResponse'];
export type ImportFile = Schemas['ImportFile'];
export type OfferedFile = Schemas['OfferedFileRequest'];

/** A page of a tokenization's rows. */
export interface TokenizedRowList {
  readonly data: TokenizedRow[];
  readonly pagination: Pagination;
}
