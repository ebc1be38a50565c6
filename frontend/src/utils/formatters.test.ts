import {
  clampPercent,
  formatAmount,
  formatCount,
  formatDate,
  formatDateTime,
  formatDecimal,
  formatDuration,
  formatFileSize,
  formatPercent,
  formatPlural,
  formatRate,
  formatTime,
  UNKNOWN,
} from './formatters';

describe('formatFileSize', () => {
  it.each([
    [0, '0 B'],
    [1, '1 B'],
    [1023, '1023 B'],
    [1024, '1.0 KB'],
    [1536, '1.5 KB'],
    [450 * 1024 ** 2, '450.0 MB'],
    [1024 ** 2 - 1, '1.0 MB'],
    [2.3 * 1024 ** 3, '2.3 GB'],
    [1024 ** 4, '1.0 TB'],
    [5000 * 1024 ** 5, '5000.0 PB'],
  ])('formats %d bytes as %s', (bytes, text) => {
    expect(formatFileSize(bytes)).toBe(text);
  });

  it.each([null, undefined, NaN, Infinity, -1])('has no size for %s', (bytes) => {
    expect(formatFileSize(bytes)).toBe(UNKNOWN);
  });
});

describe('counts and shares', () => {
  it('separates thousands', () => {
    expect(formatCount(2_119_719)).toBe('2,119,719');
    expect(formatCount(null)).toBe(UNKNOWN);
  });

  it('uses the singular for one', () => {
    expect(formatPlural(1, 'file')).toBe('1 file');
    expect(formatPlural(2000, 'file')).toBe('2,000 files');
    expect(formatPlural(0, 'entry', 'entries')).toBe('0 entries');
  });

  it('uses one decimal', () => {
    expect(formatDecimal(487.26)).toBe('487.3');
    expect(formatDecimal(null)).toBe(UNKNOWN);
    expect(formatPercent(45.2)).toBe('45.2%');
  });

  it('clamps percentages to 0–100', () => {
    expect([-5, 50, 130, NaN].map(clampPercent)).toEqual([0, 50, 100, 0]);
  });

  it('formats amounts and rates in their unit', () => {
    expect(formatAmount(1024, 'bytes')).toBe('1.0 KB');
    expect(formatAmount(1, 'rows')).toBe('1 row');
    expect(formatRate(1024 ** 2, 'bytes')).toBe('1.0 MB/s');
    expect(formatRate(3400.4, 'rows')).toBe('3,400 rows/s');
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0 s'],
    [-3, '0 s'],
    [20.4, '20 s'],
    [60, '1 min'],
    [185, '3 min 5 s'],
    [3600, '1 h'],
    [3905, '1 h 5 min'],
    [183_600, '2 d 3 h'],
  ])('formats %d seconds as %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
});

describe('times', () => {
  const time = new Date(2026, 10, 23, 14, 5).toISOString();

  it('formats day and time in the browser’s time zone', () => {
    expect(formatDate(time)).toBe('23 Nov 2026');
    expect(formatDateTime(time)).toBe('23 Nov 2026, 14:05');
    expect(formatTime(time)).toBe('14:05');
  });

  it.each([null, undefined, '', 'yesterday'])('has no date for %s', (iso) => {
    expect(formatDate(iso)).toBe(UNKNOWN);
  });
});
