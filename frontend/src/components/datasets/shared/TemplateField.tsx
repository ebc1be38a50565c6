import { FieldNote } from '../../common/FieldNote';
import { TextAreaField } from '../../common/TextAreaField';

interface TemplateFieldProps {
  readonly id: string;
  readonly value: string;
  readonly onChange: (template: string) => void;
  readonly error?: string | undefined;
}

/** The field of a text template over columns, which takes the place of the text column. */
export function TemplateField({ error, ...field }: TemplateFieldProps) {
  return (
    <TextAreaField
      {...field}
      label="Text template"
      placeholder={'e.g., {instruction}\n\n{output}'}
      invalid={error !== undefined}
    >
      <FieldNote
        text="Makes one text of several columns, in place of the text column. Write {{ for a brace. Leave empty for none."
        error={error}
      />
    </TextAreaField>
  );
}
