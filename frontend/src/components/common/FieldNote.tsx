import { ErrorMessage } from './ErrorMessage';

interface FieldNoteProps {
  readonly text: string;
  readonly error?: string | undefined;
}

/** Under a field: what it does, and what is wrong with it. */
export function FieldNote({ text, error }: FieldNoteProps) {
  return (
    <>
      <p className="mt-1 text-sm text-slate-400">{text}</p>
      {error !== undefined && <ErrorMessage>{error}</ErrorMessage>}
    </>
  );
}
