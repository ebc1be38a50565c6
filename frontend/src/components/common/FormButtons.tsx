import { Button } from './Button';

interface FormButtonsProps {
  /** What the form does, as a verb. */
  readonly label: string;
  readonly disabled: boolean;
  readonly isStarting?: boolean;
  readonly onCancel: () => void;
}

/** The buttons below the form of a dialog: one that cancels, one that submits. */
export function FormButtons({ label, disabled, isStarting = false, onCancel }: FormButtonsProps) {
  return (
    <div className="flex justify-end gap-3">
      <Button look="grey" onClick={onCancel}>
        Cancel
      </Button>
      <Button look="apply" type="submit" disabled={disabled || isStarting} className="max-w-48">
        {isStarting ? 'Starting…' : label}
      </Button>
    </div>
  );
}
