import { Button } from '../../common/Button';
import { ErrorMessage } from '../../common/ErrorMessage';
import type { FieldFailure } from './downloadErrors';

interface FieldErrorProps {
  readonly failure: FieldFailure | undefined;
  readonly onChoose?: (choice: string) => void;
  readonly onOpen?: (datasetId: string) => void;
}

/** The error of a field, with buttons for what could be entered instead. */
export function FieldError({ failure, onChoose, onOpen }: FieldErrorProps) {
  if (failure === undefined) {
    return null;
  }
  const { message, choices, existingId } = failure;
  return (
    <div className="mt-2 space-y-1">
      <ErrorMessage>{message}</ErrorMessage>
      {existingId !== null && onOpen !== undefined && (
        <Button look="link" onClick={() => onOpen(existingId)}>
          Open it
        </Button>
      )}
      {choices.length > 0 && onChoose !== undefined && (
        <div className="flex flex-wrap gap-x-3 gap-y-1 text-sm text-slate-400">
          <span>Choose:</span>
          {choices.map((choice) => (
            <Button look="link" key={choice} onClick={() => onChoose(choice)}>
              {choice}
            </Button>
          ))}
        </div>
      )}
    </div>
  );
}
