import { splitByMarks } from '../../utils/marks';

interface MarkedTextProps {
  readonly text: string;
  /** Spans of characters, start included, end excluded. */
  readonly marks: readonly (readonly [number, number])[];
}

/** A text with marked hits. */
export function MarkedText({ text, marks }: MarkedTextProps) {
  // Parts are never reordered, so the index is a stable key.
  return splitByMarks(text, marks).map((part, index) =>
    part.marked ? (
      <mark key={index} className="bg-emerald-500/30 text-emerald-200 rounded-sm">
        {part.text}
      </mark>
    ) : (
      part.text
    ),
  );
}
