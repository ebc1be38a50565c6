import { act, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';

import { useImportStore } from '../../../stores/importStore';
import { findViolations } from '../../../test/axe';
import { FakeUpload, useFakeUploads } from '../../../test/fakeUpload';
import { makeDataset } from '../../../test/fixtures';
import { makeImportFile, makeImportPlan } from '../../../test/importFixtures';
import { api, server } from '../../../test/server';
import type { ImportFile } from '../../../types/dataset';
import { ImportPlanDialog } from './ImportPlanDialog';

const FILES = [new File(['a;b'], 'data.csv'), new File(['x'], 'LICENSE.txt')];
const PLAN = makeImportPlan({
  name: 'corpus',
  files: [
    makeImportFile({ file: 'data.csv', format: 'csv', delimiter: ';' }),
    makeImportFile({ file: 'LICENSE.txt', split: null, skipped: true, reason: 'It is a licence.' }),
  ],
});
const show = (state: ReturnType<typeof useImportStore.getState>['state']) => {
  useImportStore.setState({ state });
  render(<ImportPlanDialog />);
};

afterEach(() => {
  act(() => useImportStore.setState({ state: { kind: 'idle' } }));
  jest.restoreAllMocks();
});

it('starts with the text column of the options beside the import buttons', () => {
  useImportStore.setState({ textColumn: 'body' });
  show({ kind: 'planned', label: 'corpus', files: FILES, plan: PLAN });
  expect(screen.getByLabelText('Text column')).toHaveValue('body');
});

it('shows nothing without a plan', () => {
  show({ kind: 'idle' });
  expect(screen.queryByRole('dialog')).toBeNull();
});

it('shows what is taken and what is skipped, and uploads what was changed', async () => {
  useFakeUploads();
  show({ kind: 'planned', label: 'corpus', files: FILES, plan: PLAN });
  const dialog = screen.getByRole('dialog', { name: 'Import corpus' });
  expect(dialog).toHaveTextContent('1 file to import, 1 skipped.');
  expect(dialog).toHaveTextContent('Skipped. It is a licence.');
  expect(await findViolations(dialog)).toEqual([]);
  const split = screen.getByLabelText('Split of data.csv');
  await userEvent.clear(split);
  expect(screen.getByRole('button', { name: 'Import' })).toBeDisabled();
  await userEvent.type(split, 'test');
  await userEvent.selectOptions(screen.getByLabelText('Delimiter of CSV files'), 'Comma');
  await userEvent.type(screen.getByLabelText('Name'), 'mine');
  await userEvent.click(screen.getByRole('button', { name: 'Import' }));
  expect(screen.queryByRole('dialog')).toBeNull();
  const { form } = FakeUpload.current();
  const [data] = JSON.parse(form?.get('plan') as string) as ImportFile[];
  expect([form?.get('name'), data?.split, data?.delimiter]).toEqual(['mine', 'test', ',']);
  expect(form?.getAll('files')).toHaveLength(1);
  act(() => FakeUpload.current().answer(202, makeDataset()));
  await waitFor(() => expect(useImportStore.getState().state.kind).toBe('idle'));
});

it('asks for one of the card’s configs, and plans again', async () => {
  const configs: unknown[] = [];
  server.use(
    http.post(api('/datasets/upload/plan'), async ({ request }) => {
      configs.push(((await request.json()) as { config: string }).config);
      return HttpResponse.json({ ...PLAN, config: 'de', configs: ['en', 'de'] });
    }),
  );
  show({ kind: 'choosing_config', label: 'corpus', files: FILES, configs: ['en', 'de'] });
  await userEvent.selectOptions(screen.getByLabelText('Config'), 'de');
  await userEvent.click(screen.getByRole('button', { name: 'Continue' }));
  await screen.findByText('1 file to import by the config de of the card, 1 skipped.');
  expect(configs).toEqual(['de']);
  await userEvent.click(screen.getByRole('button', { name: 'Cancel' }));
  expect(useImportStore.getState().state).toEqual({ kind: 'idle' });
});
