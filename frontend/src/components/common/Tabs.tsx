import type { LucideIcon } from 'lucide-react';
import { type KeyboardEvent, useRef } from 'react';

export interface Tab<Id extends string> {
  readonly id: Id;
  readonly label: string;
  readonly icon: LucideIcon;
}

interface TabsProps<Id extends string> {
  readonly tabs: readonly Tab<Id>[];
  readonly active: Id;
  readonly onSelect: (id: Id) => void;
  readonly label: string;
}

/** The ids of a tab's button and of the panel that it controls. */
export const tabId = (id: string): string => `tab-${id}`;
export const tabPanelId = (id: string): string => `tabpanel-${id}`;

/** A row of tabs by the WAI-ARIA pattern: one tab stop, and arrow keys move between the tabs. */
export function Tabs<Id extends string>({ tabs, active, onSelect, label }: TabsProps<Id>) {
  const row = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = pickTab(
      event.key,
      tabs.findIndex(({ id }) => id === active),
      tabs.length,
    );
    const tab = next === null ? undefined : tabs[next];
    if (tab !== undefined) {
      event.preventDefault();
      onSelect(tab.id);
      row.current?.querySelector<HTMLElement>(`#${tabId(tab.id)}`)?.focus();
    }
  };
  return (
    <div className="border-b border-slate-800">
      <div
        ref={row}
        role="tablist"
        aria-label={label}
        className="flex px-6 max-sm:px-2 max-sm:overflow-x-auto"
        onKeyDown={onKeyDown}
      >
        {tabs.map(({ id, label: name, icon: Icon }) => (
          <button
            key={id}
            id={tabId(id)}
            type="button"
            role="tab"
            aria-selected={id === active}
            aria-controls={id === active ? tabPanelId(id) : undefined}
            tabIndex={id === active ? 0 : -1}
            onClick={() => onSelect(id)}
            className={`px-4 py-3 border-b-2 short:py-1 max-sm:px-2 max-sm:text-sm ${
              id === active
                ? 'border-emerald-500 text-emerald-400'
                : 'border-transparent text-slate-400 hover:text-slate-300'
            }`}
          >
            <Icon className="w-4 h-4 inline mr-2 align-[-2px]" aria-hidden="true" />
            {name}
          </button>
        ))}
      </div>
    </div>
  );
}

function pickTab(key: string, present: number, count: number): number | null {
  switch (key) {
    case 'ArrowRight':
      return (present + 1) % count;
    case 'ArrowLeft':
      return (present - 1 + count) % count;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return null;
  }
}
