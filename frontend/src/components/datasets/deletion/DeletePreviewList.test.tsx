import { render, screen } from '@testing-library/react';

import { makeJob, makeTokenization } from '../../../test/fixtures';
import { makeDeletePreview } from '../../../test/storageFixtures';
import { DeletePreviewList } from './DeletePreviewList';

it('lists every part, and what is stopped', () => {
  render(
    <DeletePreviewList
      preview={makeDeletePreview({ jobs: [makeJob()], tokenizations: [makeTokenization()] })}
    />,
  );
  expect(screen.getAllByRole('listitem').map(({ textContent }) => textContent)).toEqual([
    'Data450.0 MB',
    'Search index1.0 MB',
  ]);
  expect(screen.getByText('451.0 MB')).toBeInTheDocument();
  expect(screen.getByText('1 tokenization will be deleted too.')).toBeInTheDocument();
  expect(screen.getByText('1 running job will be stopped.')).toBeInTheDocument();
});

it('names what prevents the deletion', () => {
  const reference = { id: 'ref_1', dataset_id: 'ds_1', kind: 'training_run', ref_id: 'r1', name: 'SAE 7' };
  const references = [{ ...reference, created_at: '2026-11-23T12:00:00Z' }];
  render(<DeletePreviewList preview={makeDeletePreview({ references, allowed: false, parts: [] })} />);
  expect(screen.getByRole('alert')).toHaveTextContent('SAE 7 (training run)');
});
