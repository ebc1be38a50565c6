import { splitByMarks } from '../../utils/marks';

interface MarkedTextProps {
  readonly text: string;
  /** Spans of characters, start included, end not. */
  readonly marks: readonly (readonly [number, number])[];
}

/** A text whose hits are marked. */
export function MarkedText({ text, marks }: MarkedTextProps) {
  // The parts of a text never change their places: a part is known by its number.
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
