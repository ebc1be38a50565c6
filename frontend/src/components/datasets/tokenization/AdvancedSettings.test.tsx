import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { makeDetail } from '../../../test/fixtures';
import { makeForm } from '../../../test/tokenizationForm';
import { AdvancedSettings } from './AdvancedSettings';

it('reports revision, token, seed, held-out share and verification', async () => {
  const form = makeForm();
  render(<AdvancedSettings form={form} dataset={makeDetail()} />);
  await userEvent.type(screen.getByLabelText('Tokenizer revision'), 'v');
  await userEvent.type(screen.getByLabelText('Access Token (for gated tokenizers)'), 'h');
  await userEvent.type(screen.getByLabelText('Shuffle seed'), '7');
  await userEvent.type(screen.getByLabelText('Held out (percent)'), '5');
  await userEvent.selectOptions(screen.getByLabelText('Verify against the reference'), 'full');
  expect(form.change.mock.calls).toEqual([
    [{ revision: 'v' }],
    [{ access_token: 'h' }],
    [{ shuffle_seed: '7' }],
    [{ heldout_percent: '5' }],
    [{ verify: 'full' }],
  ]);
});

it('shows each error under its field', () => {
  const errors = { revision: 'No such one.', shuffle_seed: 'No number.', heldout_fraction: 'Too much.' };
  render(<AdvancedSettings form={makeForm({}, errors)} dataset={makeDetail()} />);
  expect(screen.getByLabelText('Tokenizer revision')).toHaveAccessibleDescription(/No such one/);
  expect(screen.getByLabelText('Shuffle seed')).toHaveAccessibleDescription(/No number/);
  expect(screen.getByLabelText('Held out (percent)')).toHaveAccessibleDescription(/Too much/);
});

it('has limits and columns, and a stride for windows', async () => {
  const form = makeForm({ packing: 'windows' }, { stride: 'Too long.' });
  render(<AdvancedSettings form={form} dataset={makeDetail()} />);
  await userEvent.type(screen.getByLabelText('Minimum tokens'), '9');
  await userEvent.type(screen.getByLabelText('Maximum tokens'), '8');
  await userEvent.type(screen.getByLabelText('Stride of windows'), '4');
  await userEvent.click(screen.getByLabelText('Column document_id'));
  expect(form.change.mock.calls).toEqual([
    [{ min_tokens: '9' }],
    [{ max_tokens: '8' }],
    [{ stride: '4' }],
    [{ has_document_id: true }],
  ]);
  expect(screen.getByLabelText('Stride of windows')).toHaveAccessibleDescription(/Too long/);
});
