/** The design: every block of the closed panel and of a dataset's window stands where the design has it, in its colours. */
import type { Locator, Page } from '@playwright/test';

import {
  APPLY,
  CHOICE,
  DISTRIBUTION,
  FIELD,
  INFORMATION,
  PAGER,
  PANEL,
  PREVIEW,
  QUICK_STATS,
  SAMPLES,
  SEARCH,
  SPLITS,
  SUMMARY,
  SWITCH,
  TABS,
  TYPED,
  WINDOW,
} from '../design/figures.ts';
import { imported, SAMPLE_TOKENIZER, sampleLoaded, tokenized } from '../support/api.ts';
import { expectLooks } from '../support/looks.ts';
import { expect, test } from '../support/studio.ts';

/** The window has a border that the design's pictures lack: a pixel on each side, which columns share. */
const WITHIN_BORDER = { tolerance: 2.5 };
const ROWS = [{ text: 'The quick brown fox jumps over the lazy dog.', source: 'web_crawl' }];
const TEXT = ROWS.map((row) => `${JSON.stringify(row)}\n`)
  .join('')
  .repeat(3);
const FILES = { 'train.jsonl': TEXT, 'validation.jsonl': TEXT, 'test.jsonl': TEXT };

const parent = (element: Locator, levels = 1): Locator => element.locator(`xpath=ancestor::*[${levels}]`);
const icon = (element: Locator): Locator => element.locator('svg');
/** The tile that has this label, its label, and its value. */
const tileOf = (place: Locator, label: string): Locator =>
  parent(place.getByRole('term').filter({ hasText: new RegExp(`^${label}$`) }));
const labelOf = (tile: Locator): Locator => tile.getByRole('term');
const valueOf = (tile: Locator): Locator => tile.getByRole('definition').first();

test('the closed panel and a dataset’s window look as they are designed', async ({ page, panel, server }) => {
  await sampleLoaded(server);
  await imported(server, FILES, 'Notes');
  const { id } = await imported(server, FILES, 'CodeParrot');
  await tokenized(server, id);
  await panel.card('CodeParrot').hasStatus('ready');
  await closedPanel(page);

  await panel.card('CodeParrot').open('CodeParrot');
  const dialog = panel.dialog('CodeParrot');
  await overview(dialog);
  await dialog.getByRole('tab', { name: 'Samples' }).click();
  await samples(dialog);
  await dialog.getByRole('tab', { name: 'Statistics' }).click();
  await statistics(dialog);
  await dialog.getByRole('tab', { name: 'Tokenization' }).click();
  await tokenization(dialog);
});

async function closedPanel(page: Page): Promise<void> {
  const header = page.getByRole('banner');
  const heading = page.getByRole('heading', { name: 'Download from HuggingFace' });
  const card = page.getByRole('listitem').first();
  const connection = header.getByText('API Connected');
  const download = page.getByRole('button', { name: 'Download Dataset from HuggingFace' });
  const repository = page.getByLabel('Dataset Repository');
  await expectLooks(PANEL, {
    header,
    'header icon': icon(header).first(),
    'header title': header.getByRole('heading'),
    'header subtitle': header.getByText('Edge AI Feature Discovery Platform'),
    connection,
    'connection dot': connection.getByText('●'),
    main: page.getByRole('main'),
    title: page.getByRole('heading', { name: 'Dataset Management' }),
    form: parent(heading, 2),
    'form title': heading,
    'repository label': page.getByText('Dataset Repository', { exact: true }),
    'repository field': repository,
    'token label': page.getByText('Access Token (optional, for gated datasets)'),
    'token field': page.getByLabel('Access Token (optional, for gated datasets)'),
    'download button': download,
    'download icon': icon(download),
    list: page.getByRole('list', { name: 'Datasets' }),
    'first card': card.locator('xpath=*'),
    'second card': page.getByRole('listitem').nth(1).locator('xpath=*'),
    'card icon': icon(card).first(),
    'card name': card.getByRole('heading'),
    'card line': card.getByText(/^Source: /),
    'card status icon': icon(card).nth(1),
    'card badge': card.getByText('ready', { exact: true }),
  });
  await repository.fill('acme/nothing');
  await repository.focus();
  // Colours fade over.
  await expect(async () => {
    await expectLooks(TYPED, { 'repository field': repository, 'download button': download });
  }).toPass();
  await repository.fill('');
}

async function overview(dialog: Locator): Promise<void> {
  const name = dialog.getByRole('heading', { name: 'CodeParrot' });
  const close = dialog.getByRole('button', { name: 'Close' });
  const heading = dialog.getByRole('heading', { name: 'Dataset Information' });
  const information = dialog.getByRole('region', { name: 'Dataset Information' });
  const stats = dialog.getByRole('region', { name: 'Quick Stats' });
  await expect(heading).toBeVisible();
  await expectLooks(
    WINDOW,
    {
      window: dialog,
      head: parent(name, 3),
      name,
      extent: dialog.getByText(/ • 9 samples$/),
      close,
      'close icon': icon(close),
      tabs: dialog.getByRole('tablist'),
      content: dialog.getByRole('tabpanel'),
    },
    { from: dialog, ...WITHIN_BORDER },
  );
  await expectLooks(
    TABS,
    {
      active: dialog.getByRole('tab', { name: 'Overview' }),
      inactive: dialog.getByRole('tab', { name: 'Samples' }),
    },
    { from: dialog, ...WITHIN_BORDER },
  );
  const source = tileOf(information, 'Source');
  await expectLooks(
    INFORMATION,
    {
      heading,
      source,
      size: tileOf(information, 'Size'),
      format: tileOf(information, 'Format'),
      status: tileOf(information, 'Status'),
      label: labelOf(source),
      value: valueOf(source),
    },
    { from: heading, ...WITHIN_BORDER },
  );
  const [total, length, vocabulary] = ['Total Samples', 'Avg Length', 'Vocabulary'].map((label) =>
    tileOf(stats, label),
  ) as [Locator, Locator, Locator];
  await expectLooks(
    QUICK_STATS,
    {
      heading: stats.getByRole('heading'),
      samples: total,
      'average length': length,
      vocabulary,
      label: labelOf(total),
      'samples value': valueOf(total),
      'average value': valueOf(length),
      'vocabulary value': valueOf(vocabulary),
      note: length.getByText('tokens', { exact: true }),
    },
    { from: stats.getByRole('heading'), ...WITHIN_BORDER },
  );
}

async function samples(dialog: Locator): Promise<void> {
  const search = dialog.getByRole('searchbox');
  const split = dialog.getByLabel('Split');
  const cards = dialog.getByRole('article');
  const first = cards.first();
  const next = dialog.getByRole('button', { name: 'Next' });
  await expect(cards).toHaveCount(9);
  await expectLooks(SEARCH, { search, split }, { from: search, ...WITHIN_BORDER });
  await expectLooks(
    SAMPLES,
    {
      first,
      second: cards.nth(1),
      head: first.getByText(/^Sample #0/),
      copy: first.getByRole('button', { name: /^Copy/ }),
      expand: first.getByRole('button', { name: /^Expand/ }),
      text: first.getByText(/^The quick brown fox/),
      columns: first.getByText(/^Length: /),
    },
    { from: first, ...WITHIN_BORDER },
  );
  await expectLooks(
    PAGER,
    {
      showing: dialog.getByText('Showing 1–9 of 9'),
      previous: dialog.getByRole('button', { name: 'Previous' }),
      next,
    },
    { from: next, ...WITHIN_BORDER },
  );
}

async function statistics(dialog: Locator): Promise<void> {
  const [total, tokens, average, unique] = [
    'Total Samples',
    'Total Tokens',
    'Avg Tokens/Sample',
    'Unique Tokens',
  ].map((label) => tileOf(dialog, label)) as [Locator, Locator, Locator, Locator];
  await expect(total).toBeVisible();
  await expectLooks(
    SUMMARY,
    {
      samples: total,
      tokens,
      average,
      unique,
      label: labelOf(total),
      'samples value': valueOf(total),
      'tokens value': valueOf(tokens),
      'average value': valueOf(average),
      'unique value': valueOf(unique),
    },
    { from: total, ...WITHIN_BORDER },
  );
  const distribution = dialog.getByRole('region', { name: 'Sequence Length Distribution' });
  await expectLooks(
    DISTRIBUTION,
    { card: distribution, heading: distribution.getByRole('heading') },
    { from: distribution, ...WITHIN_BORDER },
  );
  const splits = dialog.getByRole('region', { name: 'Split Distribution' });
  await expectLooks(
    SPLITS,
    {
      card: splits,
      heading: splits.getByRole('heading'),
      first: tileOf(splits, 'train'),
      second: tileOf(splits, 'validation'),
      third: tileOf(splits, 'test'),
      share: tileOf(splits, 'train').getByText(/of total$/),
    },
    { from: splits, ...WITHIN_BORDER },
  );
}

async function tokenization(dialog: Locator): Promise<void> {
  const text = (label: string): Locator => dialog.getByText(label, { exact: true });
  const field = (label: string): Locator => dialog.getByLabel(label, { exact: true });
  await field('Tokenizer').fill(SAMPLE_TOKENIZER);
  await field('Text to preview').fill('The quick brown fox');
  await field('Text to preview').blur();
  for (const label of ['Tokenizer', 'Max Sequence Length']) {
    await expectLooks(
      FIELD,
      { label: text(label), field: field(label) },
      { from: text(label), ...WITHIN_BORDER },
    );
  }
  for (const label of ['Padding Strategy', 'Truncation', 'Packing']) {
    await expectLooks(
      CHOICE,
      { label: text(label), field: field(label) },
      { from: text(label), ...WITHIN_BORDER },
    );
  }
  for (const label of ['Add Special Tokens', 'Return Attention Mask']) {
    const toggle = dialog.getByRole('switch', { name: label });
    await expectLooks(
      SWITCH,
      { switch: toggle, knob: toggle.locator('span'), tile: parent(toggle) },
      { from: toggle, ...WITHIN_BORDER },
    );
  }
  const preview = dialog.getByRole('region', { name: 'Preview' });
  await expectLooks(
    PREVIEW,
    {
      part: preview,
      heading: preview.getByRole('heading'),
      field: field('Text to preview'),
      button: preview.getByRole('button'),
    },
    { from: preview, ...WITHIN_BORDER },
  );
  const apply = dialog.getByRole('button', { name: 'Apply & Tokenize Dataset' });
  await expectLooks(
    APPLY,
    { part: parent(apply), button: apply, icon: icon(apply) },
    { from: parent(apply), ...WITHIN_BORDER },
  );
}
