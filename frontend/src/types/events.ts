/** The socket's channels, their events, and the snapshot that answers a subscription. */
import type { components } from './api.gen';

type Schemas = components['schemas'];

export type ProgressEvent = Schemas['ProgressEvent'];
export type CompletedEvent = Schemas['CompletedEvent'];
export type ErrorEvent = Schemas['ErrorEvent'];
export type DatasetEvent = Schemas['DatasetEvent'];
export type DatasetListEvent = Schemas['DatasetListEvent'];
export type DatasetSnapshot = Schemas['DatasetSnapshot'];
export type DatasetListSnapshot = Schemas['DatasetListSnapshot'];
export type SubscribeRefused = Schemas['SubscribeRefused'];

export type ListChannel = 'datasets';
export type DatasetChannel = `datasets/${string}/progress`;
export type Channel = ListChannel | DatasetChannel;

export type EventOf<C extends Channel> = C extends ListChannel ? DatasetListEvent : DatasetEvent;
export type SnapshotOf<C extends Channel> = C extends ListChannel ? DatasetListSnapshot : DatasetSnapshot;

export const LIST_CHANNEL: ListChannel = 'datasets';

/** Return the name of a dataset's channel. */
export function formatProgressChannel(datasetId: string): DatasetChannel {
  return `datasets/${datasetId}/progress`;
}
