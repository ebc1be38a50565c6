import type { ApiError } from '../../api/errors';
import { ErrorMessage } from './ErrorMessage';
import { quietButton } from './styles';

interface LoadFailureProps {
  readonly error: ApiError;
  readonly onRetry: () => void;
}

/** In place of what could not be got: why, and a way to ask again. */
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
