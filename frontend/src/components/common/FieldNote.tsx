import { ErrorMessage } from './ErrorMessage';

interface FieldNoteProps {
  readonly text: string;
  readonly error?: string | undefined;
}

/** The note below a field: what it does and, if it is wrong, the error. */
export function FieldNote({ text, error }: FieldNoteProps) {
  return (
    <>
      <p className="mt-1 text-sm text-slate-400">{text}</p>
      {error !== undefined && <ErrorMessage>{error}</ErrorMessage>}
    </>
  );
}
