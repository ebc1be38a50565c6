import { act, render, screen, waitFor } from '@testing-library/react';
import { http, HttpResponse } from 'msw';

import { useDatasetsStore } from '../../stores/datasetsStore';
import { makeDataset, makeStorage } from '../../test/fixtures';
import { api, problem, server } from '../../test/server';
import { DiskUsage } from './DiskUsage';

it('shows what is used and free, anew when a dataset comes', async () => {
  render(<DiskUsage />);
  expect(await screen.findByText('Disk: 150.0 GB used • 300.0 GB free')).toBeInTheDocument();
  server.use(http.get(api('/system/storage'), () => HttpResponse.json(makeStorage({ free_bytes: 0 }))));
  act(() => useDatasetsStore.setState({ datasets: [makeDataset()] }));
  expect(await screen.findByText(/0 B free/, undefined, { timeout: 2000 })).toBeInTheDocument();
});

it('shows nothing where it is not known', async () => {
  let asked = 0;
  server.use(
    http.get(api('/system/storage'), () => {
      asked += 1;
      return problem(503, 'unavailable', 'Not now.');
    }),
  );
  const { container } = render(<DiskUsage />);
  await waitFor(() => expect(asked).toBe(1));
  expect(container).toBeEmptyDOMElement();
});
