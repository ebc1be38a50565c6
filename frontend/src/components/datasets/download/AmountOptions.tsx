import type { HubDataset } from '../../../types/dataset';
import { formatFileSize, formatPlural } from '../../../utils/formatters';
import { FieldNote } from '../../common/FieldNote';
import { SelectField } from '../../common/SelectField';
import { TextField } from '../../common/TextField';
import { FieldError } from './FieldError';
import { validatePart } from '../../../utils/part';
import type { DownloadForm } from './useDownloadForm';

interface AmountOptionsProps {
  readonly form: DownloadForm;
  /** What the Hub says about the repository; null while it is unknown. */
  readonly hub: HubDataset | null;
}

const AMOUNTS = [
  ['all', 'Everything'],
  ['rows', 'A number of rows'],
  ['bytes', 'A size in GB'],
] as const;
const ORDERS = [
  ['first', 'From the beginning'],
  ['random', 'Random'],
] as const;

/** Chooses how much of the repository is downloaded, and which columns. */
export function AmountOptions({ form, hub }: AmountOptionsProps) {
  const { values, change } = form;
  const isPart = values.amount !== 'all';
  return (
    <>
      <SelectField
        id="dataset-amount-input"
        label="How much"
        value={values.amount}
        choices={AMOUNTS}
        onChange={(amount) => change({ amount })}
      >
        <FieldNote text={describeFetch(hub)} />
        <FieldError failure={form.errors.amount} />
      </SelectField>
      {isPart && <PartFields form={form} />}
      <TextField
        id="dataset-columns-input"
        label="Columns"
        value={values.columns}
        onChange={(columns) => change({ columns })}
        placeholder="All columns"
        invalid={form.errors.columns !== undefined}
      >
        <FieldNote text="Names with commas between them. Leave empty for all." />
        <FieldError failure={form.errors.columns} onChoose={(columns) => change({ columns })} />
      </TextField>
    </>
  );
}

function PartFields({ form: { values, change } }: Pick<AmountOptionsProps, 'form'>) {
  const problem = values.amount_value === '' ? null : validatePart(values);
  return (
    <>
      <TextField
        id="dataset-amount-value-input"
        label={values.amount === 'rows' ? 'Rows' : 'GB of source files'}
        value={values.amount_value}
        onChange={(amount_value) => change({ amount_value })}
        placeholder={values.amount === 'rows' ? 'e.g., 100000' : 'e.g., 2'}
        invalid={problem !== null}
      >
        <FieldNote text="Counted over all chosen splits." error={problem ?? undefined} />
      </TextField>
      <SelectField
        id="dataset-order-input"
        label="Which"
        value={values.order}
        choices={ORDERS}
        onChange={(order) => change({ order })}
      >
        <FieldNote text="Random means random row groups of Parquet, or random files of any other format." />
      </SelectField>
      {values.order === 'random' && <SeedField seed={values.seed} onChange={(seed) => change({ seed })} />}
    </>
  );
}

function SeedField({ seed, onChange }: { readonly seed: string; readonly onChange: (seed: string) => void }) {
  return (
    <TextField id="dataset-seed-input" label="Seed" value={seed} onChange={onChange} placeholder="Default: 0">
      <FieldNote text="The same seed draws the same rows again." />
    </TextField>
  );
}

/** Return what the download would fetch, as the preflight says. */
function describeFetch(hub: HubDataset | null): string {
  const bytes = hub?.fetch_bytes ?? null;
  if (hub === null || bytes === null) {
    return 'Enter a repository to see what would be fetched.';
  }
  const facts = [
    formatFileSize(bytes),
    hub.fetch_rows === null ? '' : formatPlural(hub.fetch_rows, 'row'),
    hub.fetch_files === null ? '' : formatPlural(hub.fetch_files, 'file'),
  ];
  return `Fetches ${hub.fetch_is_exact ? '' : 'about '}${facts.filter((fact) => fact !== '').join(' • ')}.`;
}
