import { useEffect, useEffectEvent, useState } from 'react';

import { useDebounced } from '../../../hooks/useDebounced';
import type { DatasetDetail } from '../../../types/dataset';
import { formatPercent } from '../../../utils/formatters';
import type { DatasetRoute, SampleFilter, SearchMode } from '../../../utils/route';
import { input, smallInput } from '../../common/styles';
import { SplitSelect } from './SplitSelect';

interface SampleFiltersProps {
  readonly dataset: DatasetDetail;
  readonly route: DatasetRoute;
  readonly onChange: (changes: Partial<SampleFilter>) => void;
}

const DEBOUNCE_MS = 300;
const MODES: readonly [SearchMode, string][] = [
  ['words', 'Words'],
  ['exact', 'Exact text'],
  ['regex', 'Regular expression'],
];

/** The filters of the samples: search, split, and a range of tokens. */
export function SampleFilters({ dataset, route, onChange }: SampleFiltersProps) {
  const isTokenized = dataset.tokenizations.some(({ status }) => status === 'ready');
  return (
    <div className="space-y-3">
      <div className="flex gap-3 max-sm:flex-wrap">
        <SearchInput key={route.id} value={route.search} onChange={(search) => onChange({ search })} />
        <SplitSelect
          splits={dataset.splits.map(({ name }) => name)}
          value={route.split}
          onChange={(split) => onChange({ split })}
        />
      </div>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 text-sm text-slate-400">
        <ModeSelect value={route.mode} onChange={(mode) => onChange({ mode })} />
        {route.mode !== 'words' && (
          <CaseCheckbox checked={route.matchCase} onChange={(matchCase) => onChange({ matchCase })} />
        )}
        {isTokenized && <TokenRange route={route} onChange={onChange} />}
        <IndexNote index={dataset.index} />
      </div>
    </div>
  );
}

interface FieldProps<Value> {
  readonly value: Value;
  readonly onChange: (value: Value) => void;
}

function ModeSelect({ value, onChange }: FieldProps<SearchMode>) {
  return (
    <label className="flex items-center gap-2">
      Search mode
      <select
        value={value}
        onChange={({ target }) => onChange(target.value as SearchMode)}
        className={smallInput}
      >
        {MODES.map(([mode, label]) => (
          <option key={mode} value={mode}>
            {label}
          </option>
        ))}
      </select>
    </label>
  );
}

interface CaseCheckboxProps {
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

function CaseCheckbox({ checked, onChange }: CaseCheckboxProps) {
  return (
    <label className="flex items-center gap-2">
      <input
        type="checkbox"
        checked={checked}
        onChange={({ target }) => onChange(target.checked)}
        className="w-4 h-4 accent-emerald-600"
      />
      Match case
    </label>
  );
}

function TokenRange({ route, onChange }: Omit<SampleFiltersProps, 'dataset'>) {
  const { minTokens, maxTokens } = route;
  return (
    <fieldset className="flex items-center gap-2">
      <legend className="sr-only">Length in tokens</legend>
      <TokenBound label="Tokens from" value={minTokens} onChange={(min) => onChange({ minTokens: min })} />
      <TokenBound label="to" value={maxTokens} onChange={(max) => onChange({ maxTokens: max })} />
    </fieldset>
  );
}

/** A search field that reports a change once typing pauses. */
function SearchInput({ value, onChange }: FieldProps<string>) {
  const [text, setText] = useState(value);
  const [seenValue, setSeenValue] = useState(value);
  const debouncedText = useDebounced(text, DEBOUNCE_MS);
  // The address follows the field, and the field follows the address only where another control changed it.
  if (value !== seenValue) {
    setSeenValue(value);
    if (value !== debouncedText) setText(value);
  }
  const search = useEffectEvent((newText: string) => {
    if (newText === text && newText !== value) onChange(newText);
  });
  useEffect(() => search(debouncedText), [debouncedText]);
  return (
    <input
      type="search"
      dir="auto"
      aria-label="Search in samples"
      placeholder="Search in samples..."
      value={text}
      onChange={({ target }) => setText(target.value)}
      className={`flex-1 min-w-0 ${input}`}
    />
  );
}

function TokenBound({ label, value, onChange }: FieldProps<number | null> & { readonly label: string }) {
  const parse = (text: string): number | null => (text === '' ? null : Math.max(0, Math.round(Number(text))));
  return (
    <label className="flex items-center gap-2">
      {label}
      <input
        type="number"
        min={0}
        value={value ?? ''}
        onChange={({ target }) => onChange(parse(target.value))}
        className={`${smallInput} w-24`}
      />
    </label>
  );
}

function IndexNote({ index }: Pick<DatasetDetail, 'index'>) {
  return index.state === 'building' ? (
    <span className="tabular-nums">Word index: {formatPercent(index.progress)} built</span>
  ) : null;
}
