import { render, screen, within } from '@testing-library/react';

import { makeDataset, makeDetail } from '../../../test/fixtures';
import { DatasetOverview } from './DatasetOverview';

/** Return the tile with the label `label`. */
function getTile(label: string): HTMLElement {
  const tile = screen.getByText(label, { selector: 'dt' }).parentElement;
  if (tile === null) throw new Error(`There is no tile “${label}”.`);
  return tile;
}

it('describes the dataset', async () => {
  render(<DatasetOverview dataset={makeDetail({ config: 'en' })} />);
  expect(getTile('Source')).toHaveTextContent(
    'HuggingFaceroneneldan/TinyStories • config en • commit f54c09fd2331',
  );
  expect(getTile('Size')).toHaveTextContent('450.0 MB');
  expect(getTile('Format')).toHaveTextContent('ParquetLicence: cdla-sharing-1.0');
  expect(getTile('Status')).toHaveTextContent('ready');
  expect(getTile('Splits')).toHaveTextContent('train: 9,000, validation: 1,000');
  expect(await screen.findByRole('row', { name: /^id int64/ })).toBeInTheDocument();
  expect(getTile('Text')).toHaveTextContent('text Change the textIt is called “text”.');
  expect(getTile('Created')).toHaveTextContent('23 Nov 2026');
  expect(getTile('Size').parentElement).toHaveClass('grid', 'grid-cols-2', 'gap-4');
  expect(await screen.findByRole('region', { name: 'Description' })).toHaveTextContent('Short stories.');
  expect(
    within(screen.getByRole('region', { name: 'Use it' })).getByText('Load the data'),
  ).toBeInTheDocument();
});

it('counts null, empty and repaired texts, and links to the repaired ones', () => {
  const { rerender } = render(
    <DatasetOverview dataset={makeDetail({ null_texts: 0, empty_texts: 1_200, invalid_texts: 3 })} />,
  );
  expect(getTile('Texts')).toHaveTextContent('0 null, 1,200 empty, 3 repaired');
  expect(screen.getByRole('link', { name: 'Show the repaired texts' })).toHaveAttribute(
    'href',
    '/datasets/ds_1/samples?search=%EF%BF%BD&mode=exact',
  );
  rerender(<DatasetOverview dataset={makeDetail({ invalid_texts: 0 })} />);
  expect(screen.queryByRole('link', { name: 'Show the repaired texts' })).not.toBeInTheDocument();
});

it('shows that the dataset is not tokenized yet', () => {
  render(<DatasetOverview dataset={makeDetail()} />);
  expect(getTile('Total Samples')).toHaveTextContent('10,000');
  expect(getTile('Avg Length')).toHaveTextContent('—not tokenized yet');
  expect(getTile('Vocabulary')).toHaveTextContent('—not tokenized yet');
});

it('shows the figures of a tokenized dataset', () => {
  render(<DatasetOverview dataset={makeDetail({ avg_seq_length: 487.26, vocab_size: 50_257 })} />);
  expect(getTile('Avg Length')).toHaveTextContent('487.3tokens');
  expect(getTile('Vocabulary')).toHaveTextContent('50,257tokens in the vocabulary');
});

it('shows unknown values as a dash', () => {
  const { metadata } = makeDataset();
  const unknown = {
    hf_repo_id: null,
    revision: null,
    text_column: null,
    size_bytes: null,
  };
  render(
    <DatasetOverview
      dataset={makeDetail({
        ...unknown,
        source: 'local',
        status: 'error',
        error_code: 'cancelled',
        splits: [{ name: 'train', num_files: 1, num_rows: null, num_bytes: null }],
        metadata: { ...metadata, columns: [], format: null, license: null },
      })}
    />,
  );
  expect(getTile('Source')).toHaveTextContent(/^SourceLocal file$/);
  expect(getTile('Status')).toHaveTextContent('cancelled');
  expect(getTile('Splits')).toHaveTextContent(/^Splitstrain$/);
  for (const label of ['Size', 'Format', 'Columns', 'Text']) expect(getTile(label)).toHaveTextContent('—');
});

it('shows a template, tags and a note', () => {
  const changes = { text_column: null, text_template: '{q}: {a}', tags: ['x', 'y'], note: 'Mine.' };
  render(<DatasetOverview dataset={makeDetail(changes)} />);
  expect(getTile('Text')).toHaveTextContent('{q}: {a}');
  expect(getTile('Tags')).toHaveTextContent('x, y');
  expect(getTile('Note')).toHaveTextContent('Mine.');
});
