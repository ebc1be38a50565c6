import type { Dataset } from '../../../types/dataset';
import type { ProgressEvent } from '../../../types/events';
import { formatPhase, type JobProgress, toJobProgress } from '../../../utils/datasets';
import { formatAmount, formatCount, formatDuration, formatRate, formatTime } from '../../../utils/formatters';
import { ProgressBar } from '../../common/ProgressBar';

interface DatasetCardProgressProps {
  readonly dataset: Dataset;
  readonly event: ProgressEvent | undefined;
}

/** The progress of a dataset's job: amount, rate and time left, or what it waits for. */
export function DatasetCardProgress({ dataset, event }: DatasetCardProgressProps) {
  const job = toJobProgress(dataset, event);
  return (
    <div className="mt-4">
      <ProgressBar
        value={job === null ? dataset.progress : job.progress}
        label={`Progress of ${dataset.name}`}
        overall={job !== null && !job.queued && job.total > 0}
      >
        {job === null ? null : describeJob(job)}
      </ProgressBar>
    </div>
  );
}

function describeJob(job: JobProgress): string {
  if (job.notBefore !== null) {
    const reason = job.waitingFor === null ? '' : `${job.waitingFor} `;
    return `${reason}Retrying at ${formatTime(job.notBefore)}${describeAttempts(job)}.`;
  }
  if (job.queued) {
    return 'Waiting in the queue.';
  }
  const parts = [job.phase === null ? '' : formatPhase(job.phase), describeAmount(job)];
  if (job.rate !== null && job.rate > 0) parts.push(formatRate(job.rate, job.unit));
  if (job.etaSeconds !== null) parts.push(`${formatDuration(job.etaSeconds)} left`);
  return parts.filter((part) => part !== '').join(' • ');
}

function describeAmount({ done, total, unit }: JobProgress): string {
  if (total === 0) {
    return done > 0 ? formatAmount(done, unit) : '';
  }
  // Rows need the unit once only; two sizes may have different units.
  const count = unit === 'rows' ? formatCount(done) : formatAmount(done, unit);
  return `${count} of ${formatAmount(total, unit)}`;
}

function describeAttempts({ attempt, maxAttempts }: JobProgress): string {
  return maxAttempts === null ? '' : ` (attempt ${attempt} of ${maxAttempts} failed)`;
}
