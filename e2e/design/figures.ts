/**
 * The design's measured figures at 1280 × 900: where blocks stand and how they are coloured. Only what the design fixes is
 * here: a null is a measure that depends on the installed fonts, or on what stands beside it.
 */

/** Left, top, width and height in pixels. */
export type Box = readonly [number | null, number | null, number | null, number | null];

/** Computed styles, by their CSS names. */
export interface Style {
  readonly color?: string;
  readonly backgroundColor?: string;
  readonly borderTopColor?: string;
  readonly borderTopWidth?: string;
  readonly borderRadius?: string;
  readonly fontSize?: string;
  readonly fontWeight?: string;
  readonly paddingTop?: string;
  readonly paddingLeft?: string;
}

export interface Look {
  readonly box: Box;
  readonly style: Style;
}

const SLATE_100 = 'oklch(0.968 0.007 247.896)';
const SLATE_300 = 'oklch(0.869 0.022 252.894)';
const SLATE_400 = 'oklch(0.704 0.04 256.788)';
const SLATE_500 = 'oklch(0.554 0.046 257.417)';
const SLATE_700 = 'oklch(0.372 0.044 257.287)';
const SLATE_800 = 'oklch(0.279 0.041 260.031)';
const SLATE_900 = 'oklch(0.208 0.042 265.755)';
const HALF_SLATE_900 = 'oklab(0.208 -0.003 -0.042 / 0.5)';
const THIRD_SLATE_800 = 'oklab(0.279 -0.007 -0.04 / 0.3)';
const EMERALD_400 = 'oklch(0.765 0.177 163.223)';
const EMERALD_500 = 'oklch(0.696 0.17 162.48)';
const EMERALD_600 = 'oklch(0.596 0.145 163.225)';
const BLUE_400 = 'oklch(0.707 0.165 254.624)';
const PURPLE_400 = 'oklch(0.714 0.203 305.504)';
const YELLOW_400 = 'oklch(0.852 0.199 91.936)';
const TRANSPARENT = 'rgba(0, 0, 0, 0)';

const card: Style = {
  backgroundColor: HALF_SLATE_900,
  borderTopColor: SLATE_800,
  borderTopWidth: '1px',
  borderRadius: '8px',
  paddingTop: '24px',
  paddingLeft: '24px',
};
const tile: Style = {
  backgroundColor: THIRD_SLATE_800,
  borderTopWidth: '0px',
  borderRadius: '8px',
  paddingTop: '16px',
  paddingLeft: '16px',
};
const field: Style = {
  color: SLATE_100,
  backgroundColor: SLATE_900,
  borderTopColor: SLATE_700,
  borderTopWidth: '1px',
  borderRadius: '8px',
  fontSize: '16px',
  paddingTop: '8px',
  paddingLeft: '16px',
};
const button: Style = { color: SLATE_100, borderRadius: '8px', paddingTop: '12px', paddingLeft: '24px' };
const text = (color: string, fontSize: string, fontWeight = '400'): Style => ({
  color,
  fontSize,
  fontWeight,
});
const label = text(SLATE_300, '14px', '500');
const small = text(SLATE_400, '14px');
const tiny = text(SLATE_500, '12px');

const look = (box: Box, style: Style = {}): Look => ({ box, style });

/** The closed panel, from the page's corner; the names are those that the test finds the elements by. */
export const PANEL = {
  header: look([0, 0, 1280, 81], { backgroundColor: HALF_SLATE_900, borderTopColor: SLATE_800 }),
  'header icon': look([24, 24, 32, 32], { color: EMERALD_400 }),
  'header title': look([68, 16, null, 28], text(SLATE_100, '20px', '600')),
  'header subtitle': look([68, 44, null, 20], small),
  connection: look([null, 30, null, 20], small),
  'connection dot': look([null, null, null, null], { color: EMERALD_400 }),
  main: look([0, 81, 1280, null], { paddingTop: '32px', paddingLeft: '24px' }),
  title: look([24, 113, 1232, 32], text(SLATE_100, '24px', '600')),
  form: look([24, 169, 1232, 310], card),
  'form title': look([49, 194, null, 28], text(SLATE_100, '18px', '600')),
  'repository label': look([49, 238, 1182, 20], label),
  'repository field': look([49, 266, 1182, 42], field),
  'token label': look([49, 324, 1182, 20], label),
  'token field': look([49, 352, 1182, 38], { ...field, fontSize: '14px' }),
  'download button': look([49, 406, 1182, 48], { ...button, backgroundColor: SLATE_700, fontWeight: '500' }),
  'download icon': look([null, 420, 20, 20], { color: SLATE_100 }),
  list: look([24, 503, 1232, null]),
  'first card': look([24, 503, 1232, 98], card),
  'second card': look([24, 617, 1232, 98], card),
  'card icon': look([49, 536, 32, 32], { color: BLUE_400 }),
  'card name': look([97, 528, null, 28], text(SLATE_100, '18px', '600')),
  'card line': look([97, 556, null, 20], small),
  'card status icon': look([null, 542, 20, 20], { color: EMERALD_400 }),
  'card badge': look([null, 538, null, 28], {
    ...text(EMERALD_400, '14px'),
    backgroundColor: SLATE_800,
    paddingTop: '4px',
    paddingLeft: '12px',
  }),
} as const;

/** What changes once something is typed. */
export const TYPED = {
  'repository field': look([49, 266, 1182, 42], { ...field, borderTopColor: EMERALD_500 }),
  'download button': look([49, null, 1182, 48], { ...button, backgroundColor: EMERALD_600 }),
} as const;

/** The window of a dataset, from its own corner, in every tab. */
export const WINDOW = {
  window: look([0, 0, 1152, 810], {
    backgroundColor: SLATE_900,
    borderTopColor: SLATE_800,
    borderTopWidth: '1px',
    borderRadius: '8px',
  }),
  head: look([0, 0, 1152, 109], { paddingTop: '24px', paddingLeft: '24px' }),
  name: look([24, 24, null, 32], text(SLATE_100, '24px', '700')),
  extent: look([24, 60, null, 24], text(SLATE_400, '16px')),
  close: look([1088, 34, 40, 40], { color: SLATE_400, paddingTop: '8px', paddingLeft: '8px' }),
  'close icon': look([1096, 42, 24, 24]),
  tabs: look([0, 109, 1152, 50], { paddingLeft: '24px' }),
  content: look([0, 160, 1152, 650], { paddingTop: '24px', paddingLeft: '24px' }),
} as const;

/** A tab that is open, and one that is not; their widths depend on their words. */
export const TABS = {
  active: look([null, 109, null, 50], { color: EMERALD_400, paddingTop: '12px', paddingLeft: '16px' }),
  inactive: look([null, 109, null, 50], {
    color: SLATE_400,
    borderTopColor: TRANSPARENT,
    paddingTop: '12px',
    paddingLeft: '16px',
  }),
} as const;

/** From the corner of the heading that stands over them. */
export const INFORMATION = {
  heading: look([0, 0, 1104, 28], text(SLATE_100, '18px', '600')),
  source: look([0, 44, 544, 84], tile),
  size: look([560, 44, 544, 84], tile),
  format: look([0, 144, 544, 84], tile),
  status: look([560, 144, 544, 84], tile),
  label: look([16, 60, 512, 20], small),
  value: look([16, 84, 512, 28], text(SLATE_100, '18px', '500')),
} as const;

export const QUICK_STATS = {
  heading: look([0, 0, 1104, 28], text(SLATE_100, '18px', '600')),
  samples: look([0, 44, 357.3, 104], tile),
  'average length': look([373.3, 44, 357.3, 104], tile),
  vocabulary: look([746.7, 44, 357.3, 104], tile),
  label: look([16, 60, 325.3, 20], small),
  'samples value': look([16, 84, 325.3, 32], text(EMERALD_400, '24px', '700')),
  'average value': look([389.3, 84, 325.3, 32], text(BLUE_400, '24px', '700')),
  'vocabulary value': look([762.7, 84, 325.3, 32], text(PURPLE_400, '24px', '700')),
  note: look([389.3, 116, 325.3, 16], tiny),
} as const;

/** From the corner of the search field; the page of the design adds a row of filters under it. */
export const SEARCH = {
  search: look([0, 0, null, 42], field),
  split: look([null, 0, null, 42], field),
} as const;

/** From the corner of the first sample. */
export const SAMPLES = {
  first: look([0, 0, 1104, 100], tile),
  second: look([0, 112, 1104, 100], tile),
  head: look([16, 16, null, 16], tiny),
  copy: look([1048, 16, 16, 16], { color: SLATE_400 }),
  expand: look([1072, 16, 16, 16], { color: SLATE_400 }),
  text: look([16, 40, 1072, 20], text(SLATE_300, '14px')),
  columns: look([16, 68, 1072, 16], tiny),
} as const;

const turn: Style = {
  color: SLATE_100,
  backgroundColor: SLATE_800,
  borderRadius: '4px',
  fontSize: '16px',
  paddingTop: '4px',
  paddingLeft: '12px',
};

/** From the top of the button that turns the page forward, which ends where the samples end. */
export const PAGER = {
  showing: look([null, 6, null, 20], small),
  previous: look([null, 0, null, 32], turn),
  next: look([null, 0, null, 32], turn),
} as const;

/** From the corner of the first tile; a line of its own under the tokens makes the tiles 16 pixels higher. */
export const SUMMARY = {
  samples: look([0, 0, 264, 104], tile),
  tokens: look([280, 0, 264, 104], tile),
  average: look([560, 0, 264, 104], tile),
  unique: look([840, 0, 264, 104], tile),
  label: look([16, 16, 232, 20], small),
  'samples value': look([16, 40, 232, 32], text(EMERALD_400, '24px', '700')),
  'tokens value': look([296, 40, 232, 32], text(BLUE_400, '24px', '700')),
  'average value': look([576, 40, 232, 32], text(PURPLE_400, '24px', '700')),
  'unique value': look([856, 40, 232, 32], text(YELLOW_400, '24px', '700')),
} as const;

/** From the corner of each card. */
export const DISTRIBUTION = {
  card: look([0, 0, 1104, null], card),
  heading: look([25, 25, null, 24], text(SLATE_100, '16px', '600')),
} as const;

export const SPLITS = {
  card: look([0, 0, 1104, 198], card),
  heading: look([25, 25, 1054, 24], text(SLATE_100, '16px', '600')),
  first: look([25, 65, 340.7, 108], tile),
  second: look([381.7, 65, 340.7, 108], tile),
  third: look([738.3, 65, 340.7, 108], tile),
  share: look([41, 141, 308.7, 16], tiny),
} as const;

/** Each from the corner of its label; what a field does stands under it. */
export const FIELD = {
  label: look([0, 0, 1104, 20], label),
  field: look([0, 28, 1104, 42], field),
} as const;
export const CHOICE = {
  label: look([0, 0, 1104, 20], label),
  field: look([0, 28, 1104, 37], field),
} as const;

/** From the corner of the switch. */
export const SWITCH = {
  switch: look([0, 0, 48, 24], { backgroundColor: EMERALD_600 }),
  knob: look([28, 4, 16, 16], { backgroundColor: 'rgb(255, 255, 255)' }),
  tile: look([-1040, null, 1104, null], tile),
} as const;

/** From the corner of the preview's part. */
export const PREVIEW = {
  part: look([0, 0, 1104, null], { borderTopColor: SLATE_700, borderTopWidth: '1px', paddingTop: '24px' }),
  heading: look([0, 25, 1104, 24], text(SLATE_100, '16px', '600')),
  field: look([0, 61, 1104, 90], field),
  button: look([0, 170, null, 40], {
    color: SLATE_100,
    backgroundColor: SLATE_700,
    borderRadius: '4px',
    paddingTop: '8px',
    paddingLeft: '16px',
  }),
} as const;

/** From the corner of the last part of the settings. */
export const APPLY = {
  part: look([0, 0, 1104, 73], { borderTopColor: SLATE_700, borderTopWidth: '1px', paddingTop: '24px' }),
  button: look([0, 25, 1104, 48], { ...button, backgroundColor: EMERALD_600, fontWeight: '400' }),
  icon: look([null, 39, 20, 20], { color: SLATE_100 }),
} as const;
