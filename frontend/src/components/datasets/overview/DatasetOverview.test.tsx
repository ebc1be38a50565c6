import { render, screen, within } from '@testing-library/react';

import { makeDataset, makeDetail } from '../../../test/fixtures';
import { DatasetOverview } from './DatasetOverview';

/** What the tile named `label` says. */
function tile(label: string): HTMLElement {
  const found = screen.getByText(label, { selector: 'dt' }).parentElement;
  if (found === null) throw new Error(`There is no tile “${label}”.`);
  return found;
}

it('says what the dataset is', async () => {
  render(<DatasetOverview dataset={makeDetail({ config: 'en' })} />);
  expect(tile('Source')).toHaveTextContent(
    'HuggingFaceroneneldan/TinyStories • config en • commit f54c09fd2331',
  );
  expect(tile('Size')).toHaveTextContent('450.0 MB');
  expect(tile('Format')).toHaveTextContent('ParquetLicence: cdla-sharing-1.0');
  expect(tile('Status')).toHaveTextContent('ready');
  expect(tile('Splits')).toHaveTextContent('train: 9,000, validation: 1,000');
  expect(tile('Columns')).toHaveTextContent('text (string), id (int64)');
  expect(tile('Text column')).toHaveTextContent('textIt is called “text”.');
  expect(tile('Created')).toHaveTextContent('23 Nov 2026');
  expect(tile('Size').parentElement).toHaveClass('grid', 'grid-cols-2', 'gap-4');
  expect(await screen.findByRole('region', { name: 'Description' })).toHaveTextContent('Short stories.');
  expect(
    within(screen.getByRole('region', { name: 'Use it' })).getByText('Load the data'),
  ).toBeInTheDocument();
});

it('says that it is not tokenized yet', () => {
  render(<DatasetOverview dataset={makeDetail()} />);
  expect(tile('Total Samples')).toHaveTextContent('10,000');
  expect(tile('Avg Length')).toHaveTextContent('—not tokenized yet');
  expect(tile('Vocabulary')).toHaveTextContent('—not tokenized yet');
});

it('shows the figures of a tokenized one', () => {
  render(<DatasetOverview dataset={makeDetail({ avg_seq_length: 487.26, vocab_size: 50_257 })} />);
  expect(tile('Avg Length')).toHaveTextContent('487.3tokens');
  expect(tile('Vocabulary')).toHaveTextContent('50,257tokens in the vocabulary');
});

it('leaves open what is not known', () => {
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
  expect(tile('Source')).toHaveTextContent(/^SourceLocal file$/);
  expect(tile('Status')).toHaveTextContent('cancelled');
  expect(tile('Splits')).toHaveTextContent(/^Splitstrain$/);
  for (const label of ['Size', 'Format', 'Columns', 'Text column'])
    expect(tile(label)).toHaveTextContent('—');
});
