/** A picture of each component that is seen on its own, for docs/components.md; `make pictures` takes them anew. */
import path from 'node:path';

import type { Locator } from '@playwright/test';

import { downloaded, imported, SAMPLE_TOKENIZER, sampleLoaded, tokenized } from '../support/api.ts';
import { ROOT } from '../support/processes.ts';
import { NOVELS, SECRETS, STORIES, TOKEN } from '../support/repositories.ts';
import { expect, test } from '../support/studio.ts';

const PICTURES = path.join(ROOT, 'docs', 'pictures');
const AROUND_PX = 8;
const SIZE = { width: 1100, height: 900 } as const;
/** So high that nothing in a window has to be scrolled. */
const TALL = 2400;
const TEXT = `${JSON.stringify({ text: 'The mill by the river had stood empty since the spring.', source: 'web' })}\n`;

async function take(pictures: Readonly<Record<string, Locator>>): Promise<void> {
  for (const [name, element] of Object.entries(pictures)) await takeAround(name, [element.first()]);
}

/** Pictures of what is higher than a page shows at a time. */
async function takeTall(pictures: Readonly<Record<string, readonly [Locator, ...Locator[]]>>): Promise<void> {
  for (const [name, elements] of Object.entries(pictures)) {
    const page = elements[0].page();
    await page.setViewportSize({ ...SIZE, height: TALL });
    await takeAround(name, elements);
    await page.setViewportSize(SIZE);
  }
}

/** A picture of all that lies between the first and the last of some elements, with a little of what is around. */
async function takeAround(name: string, elements: readonly [Locator, ...Locator[]]): Promise<void> {
  const page = elements[0].page();
  await elements[0].scrollIntoViewIfNeeded();
  const boxes = (await Promise.all(elements.map((element) => element.boundingBox()))).filter(
    (box) => box !== null,
  );
  const x = Math.max(0, Math.min(...boxes.map((box) => box.x)) - AROUND_PX);
  const y = Math.max(0, Math.min(...boxes.map((box) => box.y)) - AROUND_PX);
  const right = Math.min(SIZE.width, Math.max(...boxes.map((box) => box.x + box.width)) + AROUND_PX);
  const height = page.viewportSize()?.height ?? SIZE.height;
  const bottom = Math.min(height, Math.max(...boxes.map((box) => box.y + box.height)) + AROUND_PX);
  await page.screenshot({
    path: path.join(PICTURES, `${name}.png`),
    clip: { x, y, width: right - x, height: bottom - y },
    animations: 'disabled',
  });
}

const parent = (element: Locator, levels = 1): Locator => element.locator(`xpath=ancestor::*[${levels}]`);

test.use({ viewport: SIZE });

test('mixtures and recipes', async ({ page, panel, server }) => {
  await expect(panel.repository).toBeVisible();
  await imported(server, { 'train.jsonl': TEXT.repeat(60) }, 'web');
  await imported(server, { 'train.jsonl': TEXT.repeat(40) }, 'chat');
  await expect(page.getByRole('listitem').getByText('ready', { exact: true })).toHaveCount(2);
  await page.getByRole('button', { name: 'Select' }).click();
  await page.getByRole('button', { name: 'Select all' }).click();
  await page.getByRole('button', { name: 'Mix…' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText('40 rows are taken').first()).toBeVisible();
  await takeTall({
    MixDialog: [dialog],
    MixParts: [dialog.getByRole('list', { name: 'Parts' })],
    MixOptions: [parent(dialog.getByLabel('Shares count'), 2)],
    FormButtons: [parent(dialog.getByRole('button', { name: 'Cancel' }), 1)],
  });
  await dialog.getByLabel('Name').fill('blend');
  await dialog.getByRole('button', { name: 'Mix', exact: true }).click();
  await expect(page.getByRole('listitem').getByText('ready', { exact: true })).toHaveCount(3);
  await page.getByRole('button', { name: /blend/ }).first().click();
  await take({ MixtureShares: page.getByRole('region', { name: 'Parts' }) });
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Options' }).click();
  await take({ RecipeButton: page.getByRole('button', { name: 'Import recipe' }) });
  const text = `datasets:\n  twice:\n    import: {files: [{path: notes.jsonl, sha256: ${'0'.repeat(64)}}]}\n`;
  const recipe = { name: 'recipe.yaml', mimeType: 'application/yaml', buffer: Buffer.from(text) };
  await page.getByLabel('Recipe to import').setInputFiles(recipe);
  await expect(page.getByText('A step failed')).toBeVisible();
  await take({ RecipeDialog: page.getByRole('dialog') });
});

test('the list, its form and its dialogs', async ({ page, panel, server }) => {
  await take({ ImportButtons: parent(page.getByRole('button', { name: 'Import a file' })) });
  await sampleLoaded(server);
  await imported(server, { 'train.jsonl': TEXT, 'test.jsonl': TEXT }, 'Notes');
  await expect(page.getByRole('listitem').getByText('ready', { exact: true })).toHaveCount(2);
  const card = page.getByRole('listitem').first();
  const form = parent(page.getByRole('heading', { name: 'Download from HuggingFace' }), 2);
  await take({
    App: page.locator('body'),
    Header: page.getByRole('banner'),
    ConnectionStatus: page.getByText('API Connected'),
    DiskUsage: page.getByRole('button', { name: /^Disk:/ }),
    DatasetsPanel: page.getByRole('main'),
    DownloadForm: form,
    TextField: parent(panel.repository),
    DatasetList: page.getByRole('list', { name: 'Datasets' }),
    DatasetCard: card,
    CardHead: parent(card.getByRole('heading'), 3),
    StatusBadge: card.getByText('ready', { exact: true }),
    StatusIcon: card.locator('svg').nth(1),
    Button: form.getByRole('button', { name: /^Download/ }),
    IconButton: card.getByRole('button', { name: /^Delete/ }),
  });
  await panel.repository.fill(STORIES);
  await expect(panel.preflight).toContainText('3 files');
  await take({ RepositorySummary: panel.preflight });
  await page.getByRole('button', { name: 'Options' }).click();
  await take({
    DownloadOptions: form,
    SplitChoice: page.getByRole('group', { name: 'Splits' }),
  });
  await page.getByLabel('How much').selectOption('rows');
  await page.getByLabel('Which').selectOption('random');
  const field = (name: string): Locator => parent(page.getByLabel(name, { exact: true }));
  await takeAround('AmountOptions', [
    field('How much'),
    field('Rows'),
    field('Which'),
    field('Seed'),
    field('Columns'),
  ]);
  await page.getByLabel('How much').selectOption('all');
  await panel.repository.fill('acme/nothing');
  await panel.repository.press('Enter');
  await expect(page.getByRole('alert')).toBeVisible();
  await expect(page.getByText('Checking the Hub…')).toBeHidden();
  await take({ FieldError: parent(panel.repository), ErrorMessage: page.getByRole('alert') });
  await page.getByRole('button', { name: 'Options' }).click();

  await page.getByRole('button', { name: 'Select' }).click();
  await page.getByRole('checkbox', { name: 'Select Notes' }).press('Space');
  await take({ SelectionBar: page.getByRole('group', { name: 'Selected datasets' }) });
  await page.getByRole('checkbox', { name: 'Select Sample stories' }).press('Space');
  await page.getByRole('button', { name: 'Delete…' }).click();
  await expect(page.getByRole('dialog')).toContainText('This frees');
  await take({ DeleteDatasetsDialog: page.getByRole('dialog') });
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Cancel selection' }).click();
  await panel.card('Notes').action('Delete').click();
  const question = panel.dialog('Delete Notes?');
  await expect(question).toContainText('This frees');
  await take({
    DeleteDatasetDialog: question,
    ConfirmDialog: question,
    DeletePreviewList: question.getByRole('list', { name: 'Will be deleted' }),
  });
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /^Disk:/ }).click();
  await expect(panel.dialog('Storage').getByRole('heading', { name: 'Notes' })).toBeVisible();
  await take({ StorageDialog: panel.dialog('Storage'), Dialog: panel.dialog('Storage') });
});

test.describe('work under way', () => {
  test.use({ hubOptions: { rate: 20_000, gated: [SECRETS], tokens: [TOKEN] } });

  test('a token that was forgotten', async ({ page, panel, server }) => {
    await panel.get(SECRETS, TOKEN);
    const card = panel.card('secrets');
    await expect.poll(() => card.percent()).toBeGreaterThan(5);
    await takeAround('JobButtons', [card.action('Cancel'), card.action('Delete')]);
    await server.kill();
    await server.start();
    await card.hasStatus('error');
    await takeAround('DatasetCardActions', [card.action('Retry'), card.action('Delete')]);
    await card.action('Retry').click();
    await take({ RetryForm: parent(card.root.getByRole('button', { name: 'Retry download' })) });
    const listed = await fetch(`${server.url}/api/datasets`);
    const { data } = (await listed.json()) as { data: readonly { readonly id: string }[] };
    await page.goto(`${server.url}/datasets/${data[0]?.id}/overview`);
    const notice = page.getByRole('region', { name: 'Status' });
    await expect(notice).toBeVisible();
    await take({ UnreadyNotice: notice, DatasetStatusLine: notice.getByRole('paragraph') });
  });

  test('progress, and what went wrong', async ({ page, panel }) => {
    await panel.get(NOVELS);
    const card = panel.card('novels');
    await expect.poll(() => card.percent()).toBeGreaterThan(5);
    await take({ DatasetCardProgress: card.root, ProgressBar: parent(card.progress) });
    await page.route('**/api/datasets/upload', () => undefined);
    await page.getByRole('button', { name: 'Options' }).click();
    await page.getByLabel('Files to import').setInputFiles({
      name: 'notes.jsonl',
      mimeType: 'application/jsonl',
      buffer: Buffer.from(TEXT),
    });
    const plan = page.getByRole('dialog', { name: 'Import notes.jsonl' });
    await take({
      ImportPlanDialog: plan,
      ImportPlanOptions: parent(plan.getByLabel('Name'), 2),
      ImportPlanFiles: parent(plan.getByRole('table')),
    });
    await plan.getByRole('button', { name: 'Import' }).click();
    await take({ ImportStatus: page.getByRole('region', { name: 'Import' }) });
    await page.getByRole('button', { name: 'Stop the import' }).click();
    await page.unroute('**/api/datasets/upload');
    await page.route('**/api/system/storage', (route) => route.abort());
    await page.goto(`${page.url()}storage`);
    await expect(page.getByRole('alert')).toBeVisible();
    await take({ LoadFailure: parent(page.getByRole('button', { name: 'Try again' })) });
  });
});

test('what is seen seldom', async ({ page, panel, server }) => {
  await panel.get(STORIES);
  await panel.card('stories').hasStatus('ready');
  await panel.card('stories').open('stories');
  const description = page.getByRole('region', { name: 'Description', exact: true });
  await take({
    DatasetDescription: description,
    Markdown: parent(description.getByRole('heading', { name: 'Stories' })),
  });
  await page.route('**/samples?*', () => undefined);
  await page.getByRole('tab', { name: 'Samples' }).click();
  await expect(page.getByText('Loading samples…')).toBeVisible();
  await take({ Loading: page.getByRole('dialog') });

  await page.goto(`${server.url}/datasets/ds_gone/overview`);
  await expect(page.getByRole('alert')).toBeVisible();
  await take({ DatasetGone: page.getByRole('dialog') });

  await page.goto(server.url);
  await page.dispatchEvent('main', 'dragover', {
    dataTransfer: await page.evaluateHandle(() => {
      const files = new DataTransfer();
      files.items.add(new File(['{}'], 'notes.jsonl'));
      return files;
    }),
  });
  await expect(page.getByText('Drop the files to import them')).toBeVisible();
  await take({ DropTarget: page.locator('body') });

  const refusal = {
    status: 401,
    code: 'unauthorized',
    title: 'Unauthorized',
    detail: 'The token is missing.',
  };
  await page.route('**/api/**', (route) =>
    route.fulfill({ status: 401, contentType: 'application/problem+json', body: JSON.stringify(refusal) }),
  );
  await page.goto(server.url);
  await take({ AccessTokenDialog: page.getByRole('dialog') });
});

test('a defect', async ({ page, server }) => {
  await page.routeWebSocket(/socket\.io/, () => undefined);
  await page.route('**/api/datasets?*', (route) => route.fulfill({ json: { data: [{}], pagination: {} } }));
  await page.goto(server.url);
  await expect(page.getByRole('button', { name: 'Reload the page' })).toBeVisible();
  await take({ ErrorBoundary: parent(page.getByRole('button', { name: 'Reload the page' })) });
});

test('conversations and notices', async ({ page, panel, server }) => {
  const call = { name: 'weather', arguments: { city: 'Oslo' } };
  const messages = [
    { role: 'user', content: 'How warm is it in Oslo?' },
    { role: 'assistant', content: '', tool_calls: [{ function: call }] },
    { role: 'tool', content: '3 degrees' },
    { role: 'assistant', content: 'It is cold: 3 degrees.' },
  ];
  const talks = await imported(server, { 'train.jsonl': `${JSON.stringify({ messages })}\n` }, 'Talks');
  const silent = await imported(server, { 'train.jsonl': '{"text": ""}\n{"text": ""}\n' }, 'Silence');
  await page.goto(`${server.url}/datasets/${talks.id}/samples`);
  const sample = panel.dialog('Talks').getByRole('article').first();
  await sample.getByRole('button', { name: /^Expand/ }).click();
  await take({ Conversation: sample.getByRole('list').filter({ hasText: 'weather' }) });
  await page.goto(`${server.url}/datasets/${silent.id}/overview`);
  await take({ Notice: panel.dialog('Silence').getByText(/empty/).first() });
});

test('the table of samples', async ({ page, panel, server }) => {
  const lines = Array.from({ length: 40 }, (_, row) =>
    JSON.stringify({
      text: row === 3 ? '' : `Review ${row} of a book`,
      lang: ['en', 'de', null][row % 3],
      stars: row % 5,
    }),
  );
  const { id } = await imported(server, { 'train.jsonl': lines.join('\n') }, 'Reviews');
  await page.goto(`${server.url}/datasets/${id}/samples?view=table&where=%5B%22stars%22%2C%22%3C%22%2C4%5D`);
  const dialog = panel.dialog('Reviews');
  await expect(dialog.getByRole('button', { name: /"en": / })).toBeVisible();
  await dialog.getByRole('row').nth(2).click();
  const pane = dialog.getByRole('complementary');
  await expect(pane.getByText('Review 1 of a book')).toBeVisible();
  await dialog.getByText(/^Columns \(/).click();
  await take({
    SamplesTable: dialog,
    LayoutSwitch: dialog.getByRole('group', { name: 'Show samples as' }),
    ConditionBar: parent(dialog.getByText('stars < 4'), 2),
    ColumnChooser: parent(dialog.getByText(/^Columns \(/)),
    TableHead: dialog.locator('thead'),
    ColumnFigure: parent(dialog.getByRole('group', { name: 'Values of lang' })),
    CellValue: dialog.getByRole('cell').first(),
    RowPane: pane,
  });
  await dialog.getByRole('tab', { name: 'Overview' }).click();
  const columns = dialog.getByRole('region', { name: 'Columns' });
  await expect(columns.getByRole('cell', { name: /"en" \(/ })).toBeVisible();
  await take({ ColumnTable: columns });
});

test('a dataset’s window', async ({ page, panel, server }) => {
  const { id } = await sampleLoaded(server);
  await tokenized(server, id, { max_length: 128 });
  await page.goto(`${server.url}/datasets/${id}/overview`);
  const dialog = panel.dialog('Sample stories');
  const region = (name: string): Locator => dialog.getByRole('region', { name });
  const tab = (name: string): Promise<void> => dialog.getByRole('tab', { name }).click();
  const tile = (label: string): Locator =>
    parent(dialog.getByRole('term').filter({ hasText: label }).first());
  await expect(region('Quick Stats')).toBeVisible();
  await expect(region('Description')).toBeVisible();
  await take({
    DatasetDetailModal: dialog,
    DatasetOverview: dialog,
    Tabs: dialog.getByRole('tablist'),
    DialogHeader: parent(dialog.getByRole('heading', { name: 'Sample stories' }), 3),
    InfoTile: tile('Splits'),
    StatTile: tile('Avg Length'),
    CopyButton: region('Use it').getByRole('button', { name: /^Copy/ }),
  });
  await take({ TextLinks: parent(tile('Texts').getByRole('link', { name: 'Show the null texts' })) });
  await takeTall({ UsageSnippets: [region('Use it')] });
  await dialog.getByRole('button', { name: 'Change the text' }).click();
  const template = dialog.getByLabel('Text template');
  await template.fill('{title}\n\n{text}');
  await take({
    TextSetting: dialog.getByRole('form', { name: 'Text' }),
    TemplateField: parent(template),
    TextAreaField: parent(template),
  });
  await dialog.getByRole('button', { name: 'Cancel' }).click();

  await tab('Samples');
  await dialog.getByRole('searchbox').fill('river');
  await dialog.getByLabel('Tokens from').fill('30');
  await dialog.getByLabel('to', { exact: true }).fill('120');
  await expect(dialog.locator('mark').first()).toBeVisible();
  const sample = dialog.getByRole('article').first();
  await sample.getByRole('button', { name: /^Expand/ }).click();
  await expect(sample.getByRole('list', { name: /^Tokens of/ })).toBeVisible();
  await take({
    DatasetSamplesBrowser: dialog,
    SampleFilters: parent(dialog.getByRole('searchbox'), 2),
    SplitSelect: dialog.getByLabel('Split'),
    SampleCard: sample,
    SampleColumns: sample.getByText(/^Length: /),
    MarkedText: parent(sample.locator('mark').first()),
    TokenChips: sample.getByRole('list'),
    SamplesPager: parent(dialog.getByText(/^Showing /)),
    GoTo: parent(dialog.getByLabel('Page', { exact: true })),
  });

  await tab('Statistics');
  await expect(dialog.locator('.recharts-bar-rectangle').first()).toBeVisible();
  await expect(dialog.getByRole('slider', { name: /^max_length/ })).toBeVisible();
  await take({
    DatasetStatistics: dialog,
    LengthDistribution: region('Sequence Length Distribution'),
    TextFigures: region('Texts of All Splits'),
    StorageTiles: region('Storage'),
  });
  const costs = region('What would max_length cost?');
  await takeTall({
    TokenCounts: [region('Token Counts')],
    WhatIfPanel: [costs],
    WhatIfCosts: [costs.getByRole('slider'), costs.getByRole('table')],
  });

  await tab('Tokenization');
  await dialog.getByLabel('Tokenizer', { exact: true }).fill(SAMPLE_TOKENIZER);
  await dialog.getByLabel('Text to preview').fill('Once upon a time, in Köln.');
  await dialog.getByRole('button', { name: 'Tokenize Preview' }).click();
  await expect(dialog.getByRole('list', { name: 'Tokens of the preview' })).toBeVisible();
  const apply = dialog.getByRole('button', { name: 'Apply & Tokenize Dataset' });
  const made = dialog.getByRole('article');
  await take({
    TokenizationTab: dialog,
    SelectField: parent(dialog.getByLabel('Padding Strategy')),
    SettingField: parent(dialog.getByLabel('Max Sequence Length')),
    Toggle: parent(dialog.getByRole('switch').first()),
    TokenizePreview: region('Preview'),
    ApplyButton: parent(apply),
    TokenizationCard: made,
  });
  await takeAround('TokenizationActions', [
    made.getByRole('button', { name: /^Copy the path/ }),
    made.getByRole('button', { name: /^Delete/ }),
  ]);
  const settings = dialog.getByRole('form', { name: 'Tokenization settings' });
  await takeTall({ TokenizationSettings: [settings] });
  await dialog.getByRole('button', { name: 'Show more settings' }).click();
  await takeTall({ AdvancedSettings: [settings] });
  await take({
    FieldNote: parent(dialog.getByLabel('Verify against the reference')),
    TokenSlotField: parent(dialog.getByLabel('Token at the start of each row')),
    SourceSettings: parent(dialog.getByLabel('Text column')),
    TextChoice: dialog.getByText(/^Text: /),
  });
  await takeAround('SpecialTokenSettings', [
    parent(dialog.getByLabel('Token at the start of each row')),
    parent(dialog.getByLabel('Token at the end of each document')),
  ]);
  await made.getByRole('button', { name: 'Show audit, ledger and rows' }).click();
  await expect(made.getByRole('region', { name: 'Rows' }).getByRole('list')).toBeVisible();
  await takeTall({ LedgerAndAudit: [made] });
  await take({ TokenizedRows: made.getByRole('region', { name: 'Rows' }) });
  await made.getByRole('button', { name: /^Delete/ }).click();
  await take({ DeleteTokenizationDialog: page.getByRole('dialog', { name: /^Delete/ }) });
});

test('subsets', async ({ page, server }) => {
  const pets = await imported(server, { 'train.jsonl': TEXT.repeat(60) }, 'mill');
  await page.goto(`${server.url}/datasets/${pets.id}/samples`);
  await page.getByRole('searchbox', { name: 'Search in samples' }).fill('mill');
  const button = page.getByRole('button', { name: 'Save as dataset…' });
  await take({ SaveButton: button });
  await button.click();
  const dialog = page.getByRole('dialog', { name: 'Save as dataset' });
  await dialog.getByLabel('How much').selectOption('A random share');
  await expect(dialog.getByRole('status')).toHaveText('6 rows of 60 kept, 54 dropped.');
  await dialog.getByLabel('Duplicates', { exact: true }).selectOption('Drop equal texts');
  const cleaning = dialog.getByRole('region', { name: 'Cleaning of a sample' });
  await expect(cleaning).toContainText('1 of 6 kept');
  await takeTall({
    CleaningOptions: [dialog.getByRole('group', { name: 'Cleaning' })],
    CleaningPreview: [cleaning],
    SaveDialog: [dialog],
    SaveOptions: [parent(dialog.getByLabel('How much'), 2)],
    SavePreview: [parent(dialog.getByRole('status'), 1)],
  });
  await dialog.getByRole('button', { name: 'Save', exact: true }).click();
  await dialog.getByRole('button', { name: 'Open it' }).click();
  const lineage = page.getByRole('region', { name: 'Made from' });
  await expect(lineage).toContainText('6 of 60 kept');
  await take({ SubsetLineage: lineage });
});

test('exports', async ({ page, panel, server }) => {
  const pets = await imported(server, { 'train.jsonl': TEXT.repeat(60) }, 'mill');
  await page.goto(`${server.url}/datasets/${pets.id}/overview`);
  const button = panel.dialog('mill').getByRole('button', { name: 'Export…' });
  await take({ ExportButton: button });
  await button.click();
  const dialog = page.getByRole('dialog', { name: 'Export', exact: true });
  await dialog.getByLabel('Format').selectOption('CSV');
  await dialog.getByRole('button', { name: 'Export', exact: true }).click();
  const list = dialog.getByRole('region', { name: 'Exports' });
  await expect(list.getByRole('link', { name: 'train-00000-of-00001.csv' })).toBeVisible();
  await takeTall({ ExportDialog: [dialog], ExportList: [list] });
});

test('parts', async ({ page, panel, server }) => {
  const part = await downloaded(server, { repo_id: NOVELS, amount: { kind: 'rows', rows: 100 } });
  await expect(panel.repository).toBeVisible();
  await page.goto(`${server.url}/datasets/${part.id}/overview`);
  const button = page.getByRole('button', { name: 'Get more' });
  await take({ RepositoryActions: parent(button) });
  await page.getByRole('button', { name: 'Check for a newer commit' }).click();
  await expect(page.getByText('This dataset is at the newest commit.')).toBeVisible();
  await take({ NewerCommit: page.getByRole('region', { name: 'Newer commit' }) });
  await button.click();
  const form = page.getByRole('form', { name: 'Get more' });
  await form.getByLabel('Rows in all').fill('400');
  await take({ GetMore: form });
});
