/** Formats figures and times, the same in every part of the panel. */

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'] as const;
const STEP = 1024;
/** Shown for a figure that is not known yet. */
export const UNKNOWN = '—';

const countFormat = new Intl.NumberFormat('en-US');
const decimalFormat = new Intl.NumberFormat('en-US', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const dateFormat = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium' });
const dateTimeFormat = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
const timeFormat = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });

/** Format a size in bytes with a 1024 divisor and one decimal: "450.0 MB"; whole bytes below 1 KB: "0 B". */
export function formatFileSize(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined || !Number.isFinite(bytes) || bytes < 0) {
    return UNKNOWN;
  }
  let value = bytes;
  let unit = 0;
  // 1023.95 KB would be formatted as "1024.0 KB"; a value that rounds up to 1024 gets the next unit.
  while (unit < UNITS.length - 1 && (unit === 0 ? value >= STEP : value >= STEP - 0.05)) {
    value /= STEP;
    unit += 1;
  }
  return unit === 0 ? `${Math.round(value)} B` : `${value.toFixed(1)} ${UNITS[unit] ?? ''}`;
}

/** Format a count with separators: "10,000". */
export function formatCount(count: number | null | undefined): string {
  return count === null || count === undefined ? UNKNOWN : countFormat.format(count);
}

/** Format a count with its noun: "1 file", "2,000 files", "— files". */
export function formatPlural(count: number | null, noun: string, many = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : many}`;
}

/** Format a figure with one decimal: "487.3". */
export function formatDecimal(value: number | null | undefined): string {
  return value === null || value === undefined ? UNKNOWN : decimalFormat.format(value);
}

/** Format a percentage with one decimal, clamped to 0–100: "45.2%". */
export function formatPercent(percent: number): string {
  return `${clampPercent(percent).toFixed(1)}%`;
}

/** Clamp `percent` to 0–100; NaN becomes 0. */
export function clampPercent(percent: number): number {
  return Number.isNaN(percent) ? 0 : Math.min(100, Math.max(0, percent));
}

/** Format an amount in its unit: "201.3 MB", "2,000 rows". */
export function formatAmount(amount: number, unit: 'bytes' | 'rows'): string {
  return unit === 'bytes' ? formatFileSize(amount) : formatPlural(amount, 'row');
}

/** Format units per second: "12.1 MB/s", "3,400 rows/s". */
export function formatRate(rate: number, unit: 'bytes' | 'rows'): string {
  return unit === 'bytes' ? `${formatFileSize(rate)}/s` : `${formatPlural(Math.round(rate), 'row')}/s`;
}

/** Format a duration in its two largest units: "20 s", "3 min 5 s", "1 h 5 min", "2 d 3 h". */
export function formatDuration(seconds: number): string {
  const total = Math.max(0, Math.round(seconds));
  const parts: [number, string][] = [
    [Math.floor(total / 86_400), 'd'],
    [Math.floor((total % 86_400) / 3_600), 'h'],
    [Math.floor((total % 3_600) / 60), 'min'],
    [total % 60, 's'],
  ];
  const first = parts.findIndex(([amount]) => amount > 0);
  const shown = first < 0 ? parts.slice(-1) : parts.slice(first, first + 2).filter(([amount]) => amount > 0);
  return shown.map(([amount, unit]) => `${amount} ${unit}`).join(' ');
}

/** Format the day in the browser's time zone: "23 Nov 2026". */
export function formatDate(iso: string | null | undefined): string {
  return formatDateWith(dateFormat, iso);
}

/** Format day and time in the browser's time zone: "23 Nov 2026, 14:05". */
export function formatDateTime(iso: string | null | undefined): string {
  return formatDateWith(dateTimeFormat, iso);
}

/** Format the time of day in the browser's time zone: "14:05". */
export function formatTime(iso: string | null | undefined): string {
  return formatDateWith(timeFormat, iso);
}

function formatDateWith(format: Intl.DateTimeFormat, iso: string | null | undefined): string {
  const time = iso ? new Date(iso) : null;
  return time === null || Number.isNaN(time.getTime()) ? UNKNOWN : format.format(time);
}
