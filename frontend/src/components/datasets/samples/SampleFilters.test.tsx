import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { findViolations } from '../../../test/axe';
import { makeDetail, makeTokenization } from '../../../test/fixtures';
import { makeDatasetRoute } from '../../../utils/route';
import { SampleFilters } from './SampleFilters';

const onChange = jest.fn();

function show(changes: Parameters<typeof makeDetail>[0] = {}): void {
  render(
    <SampleFilters dataset={makeDetail(changes)} route={makeDatasetRoute('ds_1')} onChange={onChange} />,
  );
}

it('searches once the typing pauses', async () => {
  show();
  await userEvent.type(screen.getByRole('searchbox', { name: 'Search in samples' }), 'cat');
  await waitFor(() => expect(onChange.mock.calls).toEqual([[{ search: 'cat' }]]));
  expect(screen.getByRole('searchbox')).toHaveAttribute('dir', 'auto');
  expect(await findViolations(screen.getByRole('searchbox'))).toEqual([]);
});

it('chooses how to search, and whether case matters', async () => {
  show();
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Search for' }), 'Regular expression');
  await userEvent.click(screen.getByRole('checkbox', { name: 'Match case' }));
  expect(onChange.mock.calls).toEqual([[{ mode: 'regex' }], [{ matchCase: true }]]);
});

it('asks for a length in tokens only where tokens are counted', async () => {
  show();
  expect(screen.queryByRole('spinbutton')).toBeNull();
  show({ tokenizations: [makeTokenization({ status: 'ready' })] });
  await userEvent.type(screen.getByRole('spinbutton', { name: 'Tokens from' }), '5');
  expect(onChange).toHaveBeenCalledWith({ minTokens: 5 });
});

it('says how far the index of words is', () => {
  show({ index: { state: 'building', progress: 45.9 } });
  expect(screen.getByText('Word index: 45.9% built')).toBeInTheDocument();
});
