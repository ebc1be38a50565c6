import type { Dataset } from '../../../types/dataset';
import { listDatasetActions } from '../../../utils/datasets';
import { type JobButtonHandlers, JobButtons } from '../shared/JobButtons';

interface DatasetCardActionsProps extends JobButtonHandlers {
  readonly dataset: Dataset;
  readonly busy: boolean;
}

/** The actions that a dataset's status and error allow. */
export function DatasetCardActions({ dataset, ...more }: DatasetCardActionsProps) {
  return <JobButtons name={dataset.name} actions={listDatasetActions(dataset)} {...more} />;
}
