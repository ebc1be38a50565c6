import type { Dataset } from '../../../types/dataset';
import { DATASET_ACTIONS } from '../../../utils/datasets';
import { JobButtons, type WorkButtonsOn } from '../shared/JobButtons';

interface DatasetCardActionsProps extends WorkButtonsOn {
  readonly dataset: Dataset;
  readonly busy: boolean;
}

/** What the dataset's status lets a person do to it. */
export function DatasetCardActions({ dataset, ...more }: DatasetCardActionsProps) {
  return <JobButtons name={dataset.name} may={DATASET_ACTIONS[dataset.status]} {...more} />;
}
