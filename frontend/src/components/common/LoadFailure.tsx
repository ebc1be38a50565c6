import type { ApiError } from '../../api/errors';
import { Button } from './Button';
import { ErrorMessage } from './ErrorMessage';

/** The status of a refusal that repeats until the request is another. */
const INVALID_REQUEST = 422;

interface LoadFailureProps {
  readonly error: ApiError;
  readonly onRetry: () => void;
}

/** Replaces what could not be loaded: the reason, and a button that retries unless the request itself is wrong. */
export function LoadFailure({ error, onRetry }: LoadFailureProps) {
  return (
    <div className="space-y-3 py-4">
      <ErrorMessage>{error.detail}</ErrorMessage>
      {error.status !== INVALID_REQUEST && (
        <Button look="quiet" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}
