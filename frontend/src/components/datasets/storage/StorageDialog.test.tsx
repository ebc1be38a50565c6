import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';

import { findViolations } from '../../../test/axe';
import { makeStorage } from '../../../test/storageFixtures';
import { api, problem, server } from '../../../test/server';
import { StorageDialog } from './StorageDialog';

const onDelete = jest.fn();
const renderStorageDialog = () => render(<StorageDialog onDelete={onDelete} onClose={jest.fn()} />);

it('shows what uses the disk, largest first, and requests a deletion', async () => {
  const part = { part: 'raw', tokenization_id: null, label: 'Data', size_bytes: 10 } as const;
  const small = { dataset_id: 'ds_1', name: 'Small', size_bytes: 10, parts: [part] };
  const large = { dataset_id: 'ds_2', name: 'Large', size_bytes: 2048, parts: [part] };
  server.use(
    http.get(api('/system/storage'), () => HttpResponse.json(makeStorage({ datasets: [small, large] }))),
  );
  renderStorageDialog();
  const list = await screen.findByRole('list', { name: 'Datasets by size' });
  expect([...list.querySelectorAll('h3')].map(({ textContent }) => textContent)).toEqual(['Large', 'Small']);
  expect(
    screen.getByText('150.0 GB used by miStudio • 50.0 GB used by other files • 300.0 GB free of 500.0 GB'),
  ).toBeInTheDocument();
  expect(await findViolations(screen.getByRole('dialog', { name: 'Storage' }))).toEqual([]);
  await userEvent.click(screen.getByRole('button', { name: 'Delete Large' }));
  expect(onDelete).toHaveBeenCalledWith({ id: 'ds_2', name: 'Large' });
});

it('shows that no dataset uses the disk', async () => {
  renderStorageDialog();
  expect(await screen.findByText(/^No datasets on this disk/)).toBeInTheDocument();
});

it('shows why measuring failed, and retries', async () => {
  server.use(http.get(api('/system/storage'), () => problem(503, 'unavailable', 'Not now.'), { once: true }));
  renderStorageDialog();
  expect(await screen.findByRole('alert')).toHaveTextContent('Not now.');
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByText(/150.0 GB used/)).toBeInTheDocument();
});
