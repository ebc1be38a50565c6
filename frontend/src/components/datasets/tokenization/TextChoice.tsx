import type { DatasetDetail } from '../../../types/dataset';
import { describeText } from '../../../utils/datasets';
import type { TokenizationForm } from './useTokenizationForm';

interface TextChoiceProps {
  readonly form: TokenizationForm;
  readonly dataset: DatasetDetail;
}

/** What will be tokenized: the column or template, and why this one unless the form names another. */
export function TextChoice({ form, dataset }: TextChoiceProps) {
  const { text_column: column, text_template: template } = form.values;
  const isChosen = column !== '' || template !== '';
  const text = isChosen
    ? describeText({ text_column: column, text_template: template === '' ? null : template })
    : describeText(dataset);
  const reason = isChosen ? 'Chosen below.' : dataset.metadata.text_column_reason;
  return (
    <p className="text-sm text-slate-400 break-words whitespace-pre-line">
      Text: {text ?? 'not known yet'}.{reason !== null && ` ${reason}`} Show more settings to choose another.
    </p>
  );
}
