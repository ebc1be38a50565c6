import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { makeDetail } from '../../../test/fixtures';
import { makeForm } from '../../../test/tokenizationForm';
import { SourceSettings } from './SourceSettings';

const DATASET = makeDetail({
  columns: [
    { name: 'text', type: 'string', kind: 'text', nulls: 0, characters: 1, feature: null, labels: [] },
    {
      name: 'messages',
      type: 'list',
      kind: 'conversation',
      nulls: 0,
      characters: null,
      feature: null,
      labels: [],
    },
    { name: 'id', type: 'int64', kind: 'other', nulls: 0, characters: null, feature: null, labels: [] },
  ],
});

it('offers the text columns and the splits', async () => {
  const form = makeForm({ splits: ['train'] });
  render(<SourceSettings form={form} dataset={DATASET} />);
  const column = screen.getByLabelText('Text column');
  expect([...column.querySelectorAll('option')].map(({ text }) => text)).toEqual([
    'Dataset default: text',
    'text (text)',
    'messages (conversation)',
  ]);
  await userEvent.selectOptions(column, 'messages');
  await userEvent.click(screen.getByRole('checkbox', { name: 'validation' }));
  expect(form.change.mock.calls).toEqual([
    [{ text_column: 'messages', apply_chat_template: false }],
    [{ splits: ['train', 'validation'] }],
  ]);
  expect(screen.queryByRole('switch')).toBeNull();
});

it('offers the chat template for conversations only', async () => {
  const errors = { apply_chat_template: 'It has none.', splits: 'No such split.' };
  const form = makeForm({ text_column: 'messages' }, errors);
  render(<SourceSettings form={form} dataset={DATASET} />);
  await userEvent.click(screen.getByRole('switch', { name: 'Apply Chat Template' }));
  expect(form.change).toHaveBeenCalledWith({ apply_chat_template: true });
  expect(screen.getAllByRole('alert').map(({ textContent }) => textContent)).toEqual([
    'No such split.',
    'It has none.',
  ]);
});
