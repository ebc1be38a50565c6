import { render, screen } from '@testing-library/react';
import { http, HttpResponse } from 'msw';

import { findViolations } from '../../../test/axe';
import { makeDetail } from '../../../test/fixtures';
import { makeStorage } from '../../../test/storageFixtures';
import { api, server } from '../../../test/server';
import { makeReadyTokenization } from '../../../test/tokenizationFixtures';
import { StorageTiles } from './StorageTiles';

it('shows the sizes of data, index and each tokenization', async () => {
  const part = { part: 'index', tokenization_id: null, label: 'Search index', size_bytes: 2048 } as const;
  const dataset = { dataset_id: 'ds_1', name: 'TinyStories', size_bytes: 2048, parts: [part] };
  server.use(http.get(api('/system/storage'), () => HttpResponse.json(makeStorage({ datasets: [dataset] }))));
  const tokenizations = [makeReadyTokenization()];
  const { container } = render(
    <StorageTiles dataset={makeDetail({ index: { state: 'ready', progress: 100 }, tokenizations })} />,
  );
  expect(await screen.findByText('2.0 KB')).toBeInTheDocument();
  const storage = screen.getByRole('region', { name: 'Storage' });
  expect(storage).toHaveTextContent('Data450.0 MB');
  expect(storage).toHaveTextContent('Tokenization: gpt220.0 MB');
  expect(await findViolations(container)).toEqual([]);
});

it.each([
  ['none', 'None'],
  ['building', '45.9% built'],
  ['error', 'Build failed'],
] as const)('describes an index in state %s: %s', (state, words) => {
  render(<StorageTiles dataset={makeDetail({ index: { state, progress: 45.9 } })} />);
  expect(screen.getByText(words)).toBeInTheDocument();
});
