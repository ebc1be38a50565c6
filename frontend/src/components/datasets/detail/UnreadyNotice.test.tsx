import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';

import { findViolations } from '../../../test/axe';
import { makeDetail, makeDownloadingDataset, makeFailedDataset } from '../../../test/fixtures';
import { api, problem, server } from '../../../test/server';
import type { DatasetDetail } from '../../../types/dataset';
import { makeDatasetRoute } from '../../../utils/route';
import { DatasetDetailModal } from './DatasetDetailModal';

function serveDetail(changes: Partial<DatasetDetail>): void {
  server.use(http.get(api('/datasets/ds_1'), () => HttpResponse.json(makeDetail(changes))));
}

/** Render the window as a link to a dataset opens it. */
async function renderUnreadyNotice(changes: Partial<DatasetDetail>): Promise<HTMLElement> {
  serveDetail(changes);
  render(<DatasetDetailModal route={makeDatasetRoute('ds_1')} onNavigate={jest.fn()} onClose={jest.fn()} />);
  return screen.findByRole('region', { name: 'Status' });
}

it('shows why a dataset failed, and retries it', async () => {
  const notice = await renderUnreadyNotice(makeFailedDataset());
  expect(notice).toHaveTextContent('This dataset is not available.The Hub does not answer.');
  expect(await findViolations()).toEqual([]);
  server.use(
    http.post(api('/datasets/ds_1/retry'), () => {
      serveDetail(makeDownloadingDataset({ seq: 20 }));
      return HttpResponse.json(makeDownloadingDataset({ seq: 20 }), { status: 202 });
    }),
  );
  await userEvent.click(screen.getByRole('button', { name: 'Retry' }));
  expect(await screen.findByRole('progressbar')).toHaveAttribute('aria-valuenow', '40');
  await waitFor(() => expect(notice).toHaveFocus());
  expect(screen.queryByRole('button', { name: 'Retry' })).toBeNull();
});

it('asks for a missing token, and shows why a retry was refused', async () => {
  await renderUnreadyNotice(makeFailedDataset({ error_code: 'gated', error_message: 'It is gated.' }));
  server.use(http.post(api('/datasets/ds_1/retry'), () => problem(507, 'disk_full', 'No more disk.')));
  await userEvent.click(screen.getByRole('button', { name: 'Retry', expanded: false }));
  await userEvent.type(screen.getByLabelText(/^Access Token \(leave empty/), 'hf_x');
  await userEvent.click(screen.getByRole('button', { name: 'Retry download' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('No more disk.');
});

it('is not shown for a ready dataset', async () => {
  serveDetail({});
  render(<DatasetDetailModal route={makeDatasetRoute('ds_1')} onNavigate={jest.fn()} onClose={jest.fn()} />);
  expect(await screen.findByText('Dataset Information')).toBeInTheDocument();
  expect(screen.queryByRole('region', { name: 'Status' })).toBeNull();
});
