import type { ApiError } from '../../api/errors';
import { Button } from './Button';
import { ErrorMessage } from './ErrorMessage';

interface LoadFailureProps {
  readonly error: ApiError;
  readonly onRetry: () => void;
}

/** Replaces what could not be loaded: the reason and a button that retries. */
export function LoadFailure({ error, onRetry }: LoadFailureProps) {
  return (
    <div className="space-y-3 py-4">
      <ErrorMessage>{error.detail}</ErrorMessage>
      <Button look="quiet" onClick={onRetry}>
        Try again
      </Button>
    </div>
  );
}
