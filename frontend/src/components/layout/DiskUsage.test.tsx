import { act, render, screen, waitFor } from '@testing-library/react';
import { http, HttpResponse } from 'msw';

import { useDatasetsStore } from '../../stores/datasetsStore';
import { makeDataset } from '../../test/fixtures';
import { makeStorage } from '../../test/storageFixtures';
import { api, problem, server } from '../../test/server';
import { DiskUsage } from './DiskUsage';

it('shows used and free space, and refreshes it for a new dataset', async () => {
  render(<DiskUsage />);
  expect(await screen.findByText('Disk: 150.0 GB used • 300.0 GB free')).toBeInTheDocument();
  server.use(http.get(api('/system/storage'), () => HttpResponse.json(makeStorage({ free_bytes: 0 }))));
  act(() => useDatasetsStore.setState({ datasets: [makeDataset()] }));
  expect(await screen.findByText(/0 B free/, undefined, { timeout: 2000 })).toBeInTheDocument();
});

it('shows nothing while the figures are unknown', async () => {
  let count = 0;
  server.use(
    http.get(api('/system/storage'), () => {
      count += 1;
      return problem(503, 'unavailable', 'Not now.');
    }),
  );
  const { container } = render(<DiskUsage />);
  await waitFor(() => expect(count).toBe(1));
  expect(container).toBeEmptyDOMElement();
});
