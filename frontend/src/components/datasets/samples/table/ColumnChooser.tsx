interface ColumnChooserProps {
  readonly names: readonly string[];
  readonly isShown: (name: string) => boolean;
  readonly onToggle: (name: string) => void;
}

/** Chooses the columns of the table. */
export function ColumnChooser({ names, isShown, onToggle }: ColumnChooserProps) {
  const shown = names.filter(isShown).length;
  return (
    <details className="text-sm text-slate-400">
      <summary className="cursor-pointer hover:text-slate-200">
        Columns ({shown} of {names.length})
      </summary>
      <fieldset className="mt-2 flex flex-wrap gap-x-4 gap-y-1 max-h-40 overflow-y-auto">
        <legend className="sr-only">Shown columns</legend>
        {names.map((name) => (
          <label key={name} className="flex items-center gap-2">
            <input
              type="checkbox"
              checked={isShown(name)}
              onChange={() => onToggle(name)}
              className="w-4 h-4 accent-emerald-600"
            />
            <bdi>{name}</bdi>
          </label>
        ))}
      </fieldset>
    </details>
  );
}
