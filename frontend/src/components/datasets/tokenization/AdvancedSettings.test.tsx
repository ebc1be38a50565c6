import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { makeDetail } from '../../../test/fixtures';
import { makeForm } from '../../../test/tokenizationForm';
import { AdvancedSettings } from './AdvancedSettings';

it('takes revision, token, seed, held-out share and the extent of the check', async () => {
  const form = makeForm();
  render(<AdvancedSettings form={form} dataset={makeDetail()} />);
  await userEvent.type(screen.getByLabelText('Revision of the tokenizer'), 'v');
  await userEvent.type(screen.getByLabelText('Access Token (for gated tokenizers)'), 'h');
  await userEvent.type(screen.getByLabelText('Shuffle seed'), '7');
  await userEvent.type(screen.getByLabelText('Held out (per cent)'), '5');
  await userEvent.selectOptions(screen.getByLabelText('Verify against the reference'), 'full');
  expect(form.change.mock.calls).toEqual([
    [{ revision: 'v' }],
    [{ access_token: 'h' }],
    [{ shuffle_seed: '7' }],
    [{ heldout_percent: '5' }],
    [{ verify: 'full' }],
  ]);
});

it('says under each field what is wrong with it', () => {
  const errors = { revision: 'No such one.', shuffle_seed: 'No number.', heldout_fraction: 'Too much.' };
  render(<AdvancedSettings form={makeForm({}, errors)} dataset={makeDetail()} />);
  expect(screen.getByLabelText('Revision of the tokenizer')).toHaveAccessibleDescription(/No such one/);
  expect(screen.getByLabelText('Shuffle seed')).toHaveAccessibleDescription(/No number/);
  expect(screen.getByLabelText('Held out (per cent)')).toHaveAccessibleDescription(/Too much/);
});
