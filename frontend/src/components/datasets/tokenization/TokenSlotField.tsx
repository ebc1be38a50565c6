import { SLOT_NAMES } from '../../../utils/tokenizationValues';
import { FieldNote } from '../../common/FieldNote';
import { SelectField } from '../../common/SelectField';
import { smallInput } from '../../common/styles';

const BY_ID = 'id';
const NAMES: Readonly<Record<(typeof SLOT_NAMES)[number], string>> = {
  auto: 'Automatic',
  none: 'None',
  bos: 'BOS',
  eos: 'EOS',
  sep: 'SEP',
};
const CHOICES = [...SLOT_NAMES.map((name) => [name, NAMES[name]] as const), [BY_ID, 'Token ID'] as const];

interface TokenSlotFieldProps {
  readonly id: string;
  readonly label: string;
  /** One of the names, or a token ID as typed. */
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly note: string;
  readonly error?: string | undefined;
}

/** Selects a special token: one of the tokenizer's own, or any by its ID. */
export function TokenSlotField(props: TokenSlotFieldProps) {
  const { id, label, value, onChange, note, error } = props;
  const slotName = SLOT_NAMES.find((name) => name === value);
  return (
    <SelectField
      {...{ id, label }}
      value={slotName ?? BY_ID}
      choices={CHOICES}
      onChange={(choice) => onChange(choice === BY_ID ? '' : choice)}
    >
      {slotName === undefined && <TokenIdInput {...props} />}
      <FieldNote text={note} error={error} />
    </SelectField>
  );
}

function TokenIdInput({ label, value, onChange, error }: TokenSlotFieldProps) {
  return (
    <input
      aria-label={`${label}: token ID`}
      inputMode="numeric"
      value={value}
      onChange={({ target }) => onChange(target.value)}
      placeholder="e.g., 50256"
      aria-invalid={error !== undefined}
      className={`mt-2 w-40 ${smallInput}`}
    />
  );
}
