import { render, screen } from '@testing-library/react';

import { aDataset, aDownloadingDataset, aFailedDataset } from '../../../test/fixtures';
import { DatasetStatusLine } from './DatasetStatusLine';

it.each([
  ['the work on it', aDownloadingDataset(), '40.0%'],
  ['why it failed', aFailedDataset(), 'The Hub does not answer.'],
  [
    'from where it goes on',
    aFailedDataset({ error_code: 'cancelled' }),
    'Cancelled. Retry goes on from 45 %.',
  ],
])('says %s', (_what, dataset, text) => {
  render(<DatasetStatusLine dataset={dataset} />);
  expect(screen.getByText(text)).toBeInTheDocument();
});

it('says nothing of a dataset that is ready', () => {
  const { container } = render(<DatasetStatusLine dataset={aDataset()} />);
  expect(container).toBeEmptyDOMElement();
});
