import { ErrorMessage } from '../../common/ErrorMessage';
import { linkButton } from '../../common/styles';
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
        <button type="button" onClick={() => onOpen(existingId)} className={linkButton}>
          Open it
        </button>
      )}
      {choices.length > 0 && onChoose !== undefined && (
        <div className="flex flex-wrap gap-x-3 gap-y-1 text-sm text-slate-400">
          <span>Choose:</span>
          {choices.map((choice) => (
            <button key={choice} type="button" onClick={() => onChoose(choice)} className={linkButton}>
              {choice}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
