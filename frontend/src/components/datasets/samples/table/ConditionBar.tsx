import { Plus, X } from 'lucide-react';
import { type SyntheticEvent, useState } from 'react';

import type { DatasetDetail } from '../../../../types/dataset';
import type { DatasetRoute, SampleFilter } from '../../../../utils/route';
import { Button } from '../../../common/Button';
import { smallInput } from '../../../common/styles';
import {
  addConditions,
  describeCondition,
  formatCondition,
  type Operator,
  OPERATORS,
  parseValue,
  takesValue,
} from './conditions';

interface ConditionBarProps {
  readonly dataset: DatasetDetail;
  readonly route: DatasetRoute;
  readonly onChange: (changes: Partial<SampleFilter>) => void;
}

/** The conditions on columns and the order as chips, and a form that adds a condition. */
export function ConditionBar({ dataset, route, onChange }: ConditionBarProps) {
  const [isAdding, setAdding] = useState(false);
  const { where, orderBy } = route;
  return (
    <div className="flex flex-wrap items-center gap-2 text-sm min-w-0">
      {where.map((condition) => (
        <Chip
          key={condition}
          text={describeCondition(condition)}
          onRemove={() => onChange({ where: where.filter((other) => other !== condition) })}
        />
      ))}
      {orderBy !== null && (
        <Chip text={describeOrder(orderBy)} onRemove={() => onChange({ orderBy: null })} />
      )}
      <Button look="quiet" aria-expanded={isAdding} onClick={() => setAdding(!isAdding)}>
        <span className="flex items-center gap-1">
          <Plus className="w-4 h-4" aria-hidden="true" />
          Filter
        </span>
      </Button>
      {isAdding && (
        <ConditionForm
          columns={dataset.metadata.columns}
          onAdd={(condition) => {
            setAdding(false);
            onChange({ where: addConditions(where, [condition]) });
          }}
        />
      )}
    </div>
  );
}

function describeOrder(orderBy: string): string {
  return orderBy.startsWith('-') ? `${orderBy.slice(1)}, greatest first` : `${orderBy}, smallest first`;
}

function Chip({ text, onRemove }: { readonly text: string; readonly onRemove: () => void }) {
  return (
    <span className="flex items-center gap-1 max-w-full rounded-full bg-slate-800 border border-slate-700 pl-3 pr-1 py-0.5">
      <bdi className="font-mono truncate max-w-80" title={text}>
        {text}
      </bdi>
      <button
        type="button"
        aria-label={`Remove ${text}`}
        onClick={onRemove}
        className="p-1 text-slate-400 hover:text-slate-200"
      >
        <X className="w-3.5 h-3.5" aria-hidden="true" />
      </button>
    </span>
  );
}

interface ConditionFormProps {
  readonly columns: readonly { readonly name: string; readonly kind: string }[];
  readonly onAdd: (condition: string) => void;
}

function ConditionForm({ columns, onAdd }: ConditionFormProps) {
  const [column, setColumn] = useState(columns[0]?.name ?? '');
  const [operator, setOperator] = useState<Operator>('=');
  const [text, setText] = useState('');
  const kind = columns.find(({ name }) => name === column)?.kind ?? null;
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (column !== '') onAdd(formatCondition(column, operator, parseValue(text, kind, operator)));
  };
  return (
    <form aria-label="Add a filter" onSubmit={submit} className="flex flex-wrap items-center gap-2">
      <input
        aria-label="Column or path"
        list="condition-columns"
        value={column}
        onChange={({ target }) => setColumn(target.value)}
        className={`${smallInput} w-40`}
      />
      <datalist id="condition-columns">
        {columns.map(({ name }) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <select
        aria-label="Operator"
        value={operator}
        onChange={({ target }) => setOperator(target.value as Operator)}
        className={smallInput}
      >
        {OPERATORS.map((each) => (
          <option key={each} value={each}>
            {each.replace('_', ' ')}
          </option>
        ))}
      </select>
      {takesValue(operator) && (
        <input
          aria-label={operator === 'in' ? 'Values, with commas between' : 'Value'}
          value={text}
          onChange={({ target }) => setText(target.value)}
          className={`${smallInput} w-40`}
        />
      )}
      <Button look="quiet" type="submit">
        Add
      </Button>
    </form>
  );
}
