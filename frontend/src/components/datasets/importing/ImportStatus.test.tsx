import { act, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { ApiError } from '../../../api/errors';
import { useImportStore } from '../../../stores/importStore';
import { findViolations } from '../../../test/axe';
import { makeImportPlan } from '../../../test/importFixtures';
import { ImportStatus } from './ImportStatus';

const renderImportStatus = (state: ReturnType<typeof useImportStore.getState>['state']) => {
  useImportStore.setState({ state });
  return render(<ImportStatus />);
};
const failed = (code: string, extra = {}) => {
  const error = new ApiError({ status: 409, code, detail: 'Why not.', extra });
  return renderImportStatus({ kind: 'failed', label: 'a.txt', error });
};

it('shows nothing without an import', () => {
  expect(renderImportStatus({ kind: 'idle' }).container).toBeEmptyDOMElement();
});

it('shows the upload progress, and stops the import', async () => {
  const { container } = renderImportStatus({
    kind: 'sending',
    label: 'a.txt',
    progress: { loaded: 512, total: 2048 },
  });
  const bar = screen.getByRole('progressbar', { name: 'Sending a.txt' });
  expect(bar).toHaveAttribute('aria-valuenow', '25');
  expect(screen.getByText('512 B of 2.0 KB sent')).toBeInTheDocument();
  expect(await findViolations(container)).toEqual([]);
  await userEvent.click(screen.getByRole('button', { name: 'Stop the import' }));
  expect(container).toBeEmptyDOMElement();
});

it('shows that the files are looked at, and nothing while the plan is shown', () => {
  const { container } = renderImportStatus({ kind: 'planning', label: 'a.txt' });
  expect(screen.getByRole('status')).toHaveTextContent('Looking what the files are…');
  act(() =>
    useImportStore.setState({ state: { kind: 'planned', label: 'a', files: [], plan: makeImportPlan() } }),
  );
  expect(container).toBeEmptyDOMElement();
});

it('shows why an import failed until it is dismissed', async () => {
  failed('unsupported_file');
  expect(screen.getByRole('alert')).toHaveTextContent('Why not.');
  expect(screen.queryByRole('button', { name: 'Open it' })).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: 'Close this message' }));
  expect(screen.queryByRole('alert')).toBeNull();
});

it('offers to open a dataset that already exists', async () => {
  failed('exists', { dataset_id: 'ds_7' });
  await userEvent.click(screen.getByRole('button', { name: 'Open it' }));
  expect(window.location.pathname).toBe('/datasets/ds_7/overview');
});
