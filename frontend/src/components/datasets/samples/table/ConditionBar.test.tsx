import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { makeDetail } from '../../../../test/fixtures';
import { makeDatasetRoute } from '../../../../utils/route';
import { ConditionBar } from './ConditionBar';

function renderConditionBar(where: readonly string[] = [], orderBy: string | null = null) {
  const onChange = jest.fn();
  const route = makeDatasetRoute('ds_1', { where, orderBy });
  render(<ConditionBar dataset={makeDetail()} route={route} onChange={onChange} />);
  return onChange;
}

it('shows conditions and order as chips that can be removed', async () => {
  const onChange = renderConditionBar(['["stars",">=",4]', '["lang","is_null"]'], '-stars');
  expect(screen.getByText('stars >= 4')).toBeInTheDocument();
  await userEvent.click(screen.getByRole('button', { name: 'Remove lang is null' }));
  expect(onChange).toHaveBeenLastCalledWith({ where: ['["stars",">=",4]'] });
  await userEvent.click(screen.getByRole('button', { name: 'Remove stars, greatest first' }));
  expect(onChange).toHaveBeenLastCalledWith({ orderBy: null });
});

it('adds a condition that is typed', async () => {
  const onChange = renderConditionBar(['["lang","is_null"]']);
  await userEvent.click(screen.getByRole('button', { name: 'Filter' }));
  const column = screen.getByRole('combobox', { name: 'Column or path' });
  await userEvent.clear(column);
  await userEvent.type(column, 'meta.score');
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Operator' }), '<');
  await userEvent.type(screen.getByRole('textbox', { name: 'Value' }), '0.5{Enter}');
  expect(onChange).toHaveBeenCalledWith({ where: ['["lang","is_null"]', '["meta.score","<",0.5]'] });
});

it('asks for no value where there is none', async () => {
  renderConditionBar();
  await userEvent.click(screen.getByRole('button', { name: 'Filter' }));
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Operator' }), 'is null');
  expect(screen.queryByRole('textbox', { name: 'Value' })).not.toBeInTheDocument();
});
