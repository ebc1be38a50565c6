import type { Dataset } from '../../../types/dataset';
import { DATASET_ACTIONS } from '../../../utils/datasets';
import { type JobButtonHandlers, JobButtons } from '../shared/JobButtons';

interface DatasetCardActionsProps extends JobButtonHandlers {
  readonly dataset: Dataset;
  readonly busy: boolean;
}

/** The actions that a dataset's status allows. */
export function DatasetCardActions({ dataset, ...more }: DatasetCardActionsProps) {
  return <JobButtons name={dataset.name} actions={DATASET_ACTIONS[dataset.status]} {...more} />;
}
