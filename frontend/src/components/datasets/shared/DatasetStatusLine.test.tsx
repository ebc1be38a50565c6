import { render, screen } from '@testing-library/react';

import { makeDataset, makeDownloadingDataset, makeFailedDataset } from '../../../test/fixtures';
import { DatasetStatusLine } from './DatasetStatusLine';

it.each([
  ['the work on it', makeDownloadingDataset(), '40.0%'],
  ['why it failed', makeFailedDataset(), 'The Hub does not answer.'],
  [
    'from where it goes on',
    makeFailedDataset({ error_code: 'cancelled' }),
    'Cancelled. Retry continues from 45%.',
  ],
])('says %s', (_what, dataset, text) => {
  render(<DatasetStatusLine dataset={dataset} />);
  expect(screen.getByText(text)).toBeInTheDocument();
});

it('shows nothing for a ready dataset', () => {
  const { container } = render(<DatasetStatusLine dataset={makeDataset()} />);
  expect(container).toBeEmptyDOMElement();
});
