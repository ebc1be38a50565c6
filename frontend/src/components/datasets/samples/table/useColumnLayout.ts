import { useState } from 'react';

interface ColumnLayout {
  readonly hidden: readonly string[];
  /** Widths in pixels of columns that were resized. */
  readonly widths: Readonly<Record<string, number>>;
}

const DEFAULT_WIDTH = 180;
const TEXT_WIDTH = 420;
const MIN_WIDTH = 72;
const MAX_WIDTH = 1_200;
const EMPTY: ColumnLayout = { hidden: [], widths: {} };

/** The shown columns of a dataset's table and their widths, remembered in this browser. */
export function useColumnLayout(datasetId: string, textColumn: string | null) {
  const key = `mistudio:columns:${datasetId}`;
  const [layout, setLayout] = useState<ColumnLayout>(() => readLayout(key));
  const change = (next: ColumnLayout): void => {
    setLayout(next);
    writeLayout(key, next);
  };
  return {
    isShown: (name: string) => !layout.hidden.includes(name),
    getWidth: (name: string) => layout.widths[name] ?? (name === textColumn ? TEXT_WIDTH : DEFAULT_WIDTH),
    toggle: (name: string) => {
      const hidden = layout.hidden.includes(name)
        ? layout.hidden.filter((other) => other !== name)
        : [...layout.hidden, name];
      change({ ...layout, hidden });
    },
    resize: (name: string, width: number) => {
      const bounded = Math.round(Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, width)));
      change({ ...layout, widths: { ...layout.widths, [name]: bounded } });
    },
  };
}

function readLayout(key: string): ColumnLayout {
  try {
    return { ...EMPTY, ...(JSON.parse(window.localStorage.getItem(key) ?? '{}') as Partial<ColumnLayout>) };
  } catch {
    return EMPTY;
  }
}

function writeLayout(key: string, layout: ColumnLayout): void {
  try {
    window.localStorage.setItem(key, JSON.stringify(layout));
  } catch {
    // Without storage, or where it is full, the layout lasts as long as the table.
  }
}
