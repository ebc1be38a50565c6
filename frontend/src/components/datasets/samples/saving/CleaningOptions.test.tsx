import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { findViolations } from '../../../../test/axe';
import { makeDataset } from '../../../../test/fixtures';
import { useDatasetsStore } from '../../../../stores/datasetsStore';
import { NO_CLEANING } from './cleaning';
import { CleaningOptions } from './CleaningOptions';

it('passes each change on, and offers other datasets that are ready', async () => {
  const datasets = [
    makeDataset({ id: 'ds_1', name: 'own' }),
    makeDataset({ id: 'ds_2', name: 'benchmark' }),
    makeDataset({ id: 'ds_3', name: 'late', status: 'processing' }),
  ];
  useDatasetsStore.setState({ datasets });
  const onChange = jest.fn();
  const { container } = render(
    <CleaningOptions datasetId="ds_1" choices={NO_CLEANING} onChange={onChange} />,
  );
  expect(await findViolations(container)).toEqual([]);
  await userEvent.selectOptions(screen.getByLabelText('Duplicates'), 'Drop equal texts');
  await userEvent.type(screen.getByLabelText('Near duplicates from (%)'), '8');
  await userEvent.type(screen.getByLabelText('Drop what matches'), 'x');
  expect(screen.queryByRole('option', { name: 'late' })).not.toBeInTheDocument();
  await userEvent.selectOptions(screen.getByLabelText('Drop what occurs in'), 'benchmark');
  await userEvent.click(screen.getByRole('switch', { name: 'C4 quality' }));
  expect(onChange.mock.calls).toEqual([
    [{ exact: 'same' }],
    [{ near: '8' }],
    [{ dropRegex: 'x' }],
    [{ decontaminate: 'ds_2' }],
    [{ c4: true }],
  ]);
});
