import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';

import { makeDataset, makeSubsetPreview } from '../../../../test/fixtures';
import { api, server } from '../../../../test/server';
import { makeDatasetRoute } from '../../../../utils/route';
import { SaveButton } from './SaveButton';

it('opens the form, and then the new dataset', async () => {
  server.use(
    http.post(api('/datasets/ds_1/subset/preview'), () => HttpResponse.json(makeSubsetPreview())),
    http.post(api('/datasets/ds_1/subset'), () => HttpResponse.json(makeDataset({ id: 'ds_2' }))),
  );
  const onNavigate = jest.fn();
  render(<SaveButton route={makeDatasetRoute('ds_1')} onNavigate={onNavigate} />);
  await userEvent.click(screen.getByRole('button', { name: 'Save as dataset…' }));
  await userEvent.click(screen.getByRole('button', { name: 'Cancel' }));
  expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
  await userEvent.click(screen.getByRole('button', { name: 'Save as dataset…' }));
  await userEvent.click(await screen.findByRole('button', { name: 'Save' }));
  await userEvent.click(await screen.findByRole('button', { name: 'Open it' }));
  expect(onNavigate).toHaveBeenCalledWith(makeDatasetRoute('ds_2'));
  expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
});
