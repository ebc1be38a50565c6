import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { makeHubDataset } from '../../../test/storageFixtures';
import type { HubDataset } from '../../../types/dataset';
import { RepositorySummary } from './RepositorySummary';

function renderRepositorySummary(changes: Partial<HubDataset> = {}): void {
  render(
    <RepositorySummary preflight={{ kind: 'loaded', value: makeHubDataset(changes) }} onOpen={jest.fn()} />,
  );
}

const getLine = (): string | null => screen.getByRole('status').textContent;

it('describes the repository in one line', () => {
  renderRepositorySummary();
  expect(getLine()).toBe(
    '450.0 MB • 5 files • 1 config • splits: train, validation • not gated • 2.0 GB free afterwards',
  );
});

it.each<[Partial<HubDataset>, string]>([
  [{ config: null, configs: ['en', 'de'] }, '2 configs: choose one under Options'],
  [{ config: 'en', configs: ['en', 'de'] }, 'config en of 2'],
  [{ gated: true, access: 'login_required' }, 'gated: needs an access token'],
  [{ gated: true, access: 'request_required' }, 'gated: request access on the Hub first'],
  [{ gated: true }, 'gated, you have access'],
  [{ private: true }, 'private, you have access'],
  [{ fits: false, free_bytes: 1024 }, 'does not fit: needs 1.0 GB, only 1.0 KB free'],
  [
    {
      splits: ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => ({
        name,
        num_files: 1,
        num_rows: null,
        num_bytes: null,
      })),
    },
    'splits: a, b, c, d and 2 more',
  ],
])('describes %j as “%s”', (changes, text) => {
  renderRepositorySummary(changes);
  expect(getLine()).toContain(text);
});

it('offers to open an existing dataset', async () => {
  const onOpen = jest.fn();
  const value = makeHubDataset({ existing_dataset_id: 'ds_9' });
  render(<RepositorySummary preflight={{ kind: 'loaded', value }} onOpen={onOpen} />);
  await userEvent.click(screen.getByRole('button', { name: 'open it' }));
  expect(onOpen).toHaveBeenCalledWith('ds_9');
});

it('shows that it is loading, and nothing before', () => {
  const { rerender, container } = render(
    <RepositorySummary preflight={{ kind: 'loading' }} onOpen={jest.fn()} />,
  );
  expect(getLine()).toBe('Checking the Hub…');
  rerender(<RepositorySummary preflight={{ kind: 'idle' }} onOpen={jest.fn()} />);
  expect(container).toBeEmptyDOMElement();
});

it('shows no sizes until a config is chosen', () => {
  renderRepositorySummary({ config: null, configs: ['en', 'de'], size_bytes: 0, num_files: 0, splits: [] });
  expect(getLine()).toBe('2 configs: choose one under Options • not gated');
});

it('does not repeat that a dataset exists', () => {
  const value = makeHubDataset({ existing_dataset_id: 'ds_9' });
  render(<RepositorySummary preflight={{ kind: 'loaded', value }} onOpen={jest.fn()} hasExistingError />);
  expect(getLine()).not.toContain('already in your datasets');
});
