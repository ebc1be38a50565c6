/** Texts with marked spans. The server counts spans in characters, JavaScript texts in UTF-16 units: the difference ends here. */

export interface TextPart {
  readonly text: string;
  readonly marked: boolean;
}

/** `text` in parts, marked and not, in order; `marks` are spans of characters, start included, end not. */
export function splitByMarks(text: string, marks: readonly (readonly [number, number])[]): TextPart[] {
  if (marks.length === 0) {
    return [{ text, marked: false }];
  }
  const characters = Array.from(text);
  const parts: TextPart[] = [];
  let done = 0;
  for (const [start, end] of marks) {
    parts.push({ text: characters.slice(done, start).join(''), marked: false });
    parts.push({ text: characters.slice(Math.max(done, start), end).join(''), marked: true });
    done = Math.max(done, end);
  }
  parts.push({ text: characters.slice(done).join(''), marked: false });
  return parts.filter((part) => part.text !== '');
}
