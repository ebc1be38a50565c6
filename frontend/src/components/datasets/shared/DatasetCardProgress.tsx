import type { Dataset } from '../../../types/dataset';
import type { ProgressEvent } from '../../../types/events';
import { phaseLabel, workView, type WorkView } from '../../../utils/datasets';
import { formatAmount, formatCount, formatDuration, formatRate, formatTime } from '../../../utils/formatters';
import { ProgressBar } from '../../common/ProgressBar';

interface DatasetCardProgressProps {
  readonly dataset: Dataset;
  readonly live: ProgressEvent | undefined;
}

/** How far the work on a dataset is: amount done, rate, time left, or what it waits for. */
export function DatasetCardProgress({ dataset, live }: DatasetCardProgressProps) {
  const work = workView(dataset, live);
  return (
    <div className="mt-4">
      <ProgressBar
        value={work === null ? dataset.progress : work.progress}
        label={`Progress of ${dataset.name}`}
      >
        {work === null ? null : describe(work)}
      </ProgressBar>
    </div>
  );
}

function describe(work: WorkView): string {
  if (work.notBefore !== null) {
    const reason = work.waitingFor === null ? '' : `${work.waitingFor} `;
    return `${reason}Tried again at ${formatTime(work.notBefore)}${attempts(work)}.`;
  }
  if (work.queued) {
    return 'Waiting for its turn.';
  }
  const parts = [work.phase === null ? '' : phaseLabel(work.phase), amount(work)];
  if (work.rate !== null && work.rate > 0) parts.push(formatRate(work.rate, work.unit));
  if (work.etaSeconds !== null) parts.push(`${formatDuration(work.etaSeconds)} left`);
  return parts.filter((part) => part !== '').join(' • ');
}

function amount({ done, total, unit }: WorkView): string {
  if (total === 0) {
    return done > 0 ? formatAmount(done, unit) : '';
  }
  // The unit once is enough for rows; sizes may stand in two different units.
  const shown = unit === 'rows' ? formatCount(done) : formatAmount(done, unit);
  return `${shown} of ${formatAmount(total, unit)}`;
}

function attempts({ attempt, maxAttempts }: WorkView): string {
  return maxAttempts === null ? '' : ` (try ${attempt} of ${maxAttempts} did not go through)`;
}
