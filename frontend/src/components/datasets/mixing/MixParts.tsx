import type { MixPreview } from '../../../types/dataset';
import { formatCount, formatPercent } from '../../../utils/formatters';
import { SelectField } from '../../common/SelectField';
import { TextField } from '../../common/TextField';
import type { MixForm, MixPart } from './useMixForm';

interface MixPartsProps {
  readonly form: MixForm;
  /** What each part would contribute; null while it is not known. */
  readonly preview: MixPreview | null;
}

/** The datasets of a mixture with split, share and repeats, and what each would contribute. */
export function MixParts({ form, preview }: MixPartsProps) {
  return (
    <ul aria-label="Parts" className="space-y-4">
      {form.parts.map((part, index) => (
        <li key={part.dataset.id} className="bg-slate-800/30 rounded-lg p-4 space-y-3">
          <p className="font-medium break-words">
            <bdi>{part.dataset.name}</bdi>
          </p>
          <PartFields part={part} index={index} form={form} />
          <p className="text-sm text-slate-400">{describePart(preview, index)}</p>
        </li>
      ))}
    </ul>
  );
}

interface PartFieldsProps {
  readonly part: MixPart;
  readonly index: number;
  readonly form: MixForm;
}

function PartFields({ part, index, form }: PartFieldsProps) {
  const { dataset, split, splits, share, repeats } = part;
  const choices = splits.map((name) => [name, name] as const);
  return (
    <div role="group" aria-label={dataset.name} className="grid grid-cols-3 gap-4 max-sm:grid-cols-1">
      <SelectField
        id={`mix-split-${index}`}
        label="Split"
        value={split}
        choices={choices}
        onChange={(value) => form.changePart(index, { split: value })}
      />
      <TextField
        id={`mix-share-${index}`}
        label="Share (%)"
        value={share}
        onChange={(value) => form.changePart(index, { share: value })}
      />
      <TextField
        id={`mix-repeats-${index}`}
        label="Repeats, at most"
        value={repeats}
        onChange={(value) => form.changePart(index, { repeats: value })}
      />
    </div>
  );
}

/** Return what a part would contribute, as a sentence. */
function describePart(preview: MixPreview | null, index: number): string {
  const part = preview?.parts[index];
  if (preview === null || part === undefined) return 'Counting…';
  const there = `It has ${formatCount(part.available_rows)} rows`;
  if (part.target === null || part.share === null) {
    return `${there}. The job counts their ${preview.by}.`;
  }
  const unit = preview.by === 'rows' ? '' : ` and ${formatCount(part.available)} ${preview.by}`;
  const rows = preview.by === 'rows' ? '' : `, about ${formatCount(part.rows)} rows`;
  const again =
    part.repeats !== null && part.repeats > 1 ? `, each up to ${Math.ceil(part.repeats)} times` : '';
  return `${there}${unit}; ${formatCount(part.target)} ${preview.by} are taken${rows}${again}: ${formatPercent(100 * part.share)}.`;
}
