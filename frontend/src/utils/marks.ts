/** Splits texts into marked and unmarked parts; converts the server's character offsets to JavaScript's UTF-16 units. */

export interface TextPart {
  readonly text: string;
  readonly marked: boolean;
}

/** Split `text` into its parts, in order; `marks` are spans of characters, start included, end excluded. */
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
