import type { ApiError } from '../../api/errors';
import { ErrorMessage } from './ErrorMessage';
import { quietButton } from './styles';

interface LoadFailureProps {
  readonly error: ApiError;
  readonly onRetry: () => void;
}

/** Replaces what could not be loaded: the reason and a button that retries. */
export function LoadFailure({ error, onRetry }: LoadFailureProps) {
  return (
    <div className="space-y-3 py-4">
      <ErrorMessage>{error.detail}</ErrorMessage>
      <button type="button" onClick={onRetry} className={quietButton}>
        Try again
      </button>
    </div>
  );
}
