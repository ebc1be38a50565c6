import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { findViolations } from '../../../test/axe';
import { makeDetail, makeTokenization } from '../../../test/fixtures';
import { makeDatasetRoute, type SearchMode } from '../../../utils/route';
import { SampleFilters } from './SampleFilters';

const onChange = jest.fn();

type Changes<Make extends (...args: never[]) => unknown> = Parameters<Make>[0];

function renderSampleFilters(changes: Changes<typeof makeDetail> = {}, mode: SearchMode = 'words'): void {
  const route = makeDatasetRoute('ds_1', { mode });
  render(<SampleFilters dataset={makeDetail(changes)} route={route} onChange={onChange} />);
}

it('searches once typing pauses', async () => {
  renderSampleFilters();
  await userEvent.type(screen.getByRole('searchbox', { name: 'Search in samples' }), 'cat');
  await waitFor(() => expect(onChange.mock.calls).toEqual([[{ search: 'cat' }]]));
  expect(screen.getByRole('searchbox')).toHaveAttribute('dir', 'auto');
  expect(await findViolations(screen.getByRole('searchbox'))).toEqual([]);
});

it('sets the search mode and case sensitivity', async () => {
  renderSampleFilters({}, 'exact');
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Search mode' }), 'Regular expression');
  await userEvent.click(screen.getByRole('checkbox', { name: 'Match case' }));
  expect(onChange.mock.calls).toEqual([[{ mode: 'regex' }], [{ matchCase: true }]]);
});

it('offers no case sensitivity for words, which never have it', () => {
  renderSampleFilters();
  expect(screen.queryByRole('checkbox', { name: 'Match case' })).toBeNull();
});

it('offers a token range only for tokenized datasets', async () => {
  renderSampleFilters();
  expect(screen.queryByRole('spinbutton')).toBeNull();
  renderSampleFilters({ tokenizations: [makeTokenization({ status: 'ready' })] });
  await userEvent.type(screen.getByRole('spinbutton', { name: 'Tokens from' }), '5');
  expect(onChange).toHaveBeenCalledWith({ minTokens: 5 });
});

it('shows the progress of the word index', () => {
  renderSampleFilters({ index: { state: 'building', progress: 45.9 } });
  expect(screen.getByText('Word index: 45.9% built')).toBeInTheDocument();
});

it('follows an address that something else changed', () => {
  const show = (search: string) => (
    <SampleFilters dataset={makeDetail()} route={makeDatasetRoute('ds_1', { search })} onChange={onChange} />
  );
  const { rerender } = render(show('cat'));
  rerender(show('dog'));
  expect(screen.getByRole('searchbox')).toHaveValue('dog');
  expect(onChange).not.toHaveBeenCalled();
});
