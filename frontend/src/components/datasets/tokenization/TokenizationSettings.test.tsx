import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';

import { useDetailStore } from '../../../stores/detailStore';
import { makeDetail, makeTokenization } from '../../../test/fixtures';
import { api, problem, server } from '../../../test/server';
import { ApplyButton } from './ApplyButton';
import { TokenizationSettings } from './TokenizationSettings';
import { useTokenizationForm } from './useTokenizationForm';

const onShow = jest.fn();

function SettingsForm() {
  const form = useTokenizationForm(() => undefined);
  return (
    <>
      <TokenizationSettings form={form} dataset={makeDetail()} />
      <ApplyButton form={form} onShow={onShow} />
    </>
  );
}

/** Render the form; the server gives these answers, one for each submission. */
async function renderTokenizationSettings(...answers: HttpResponse<string>[]): Promise<void> {
  const model = { id: 'm', name: 'gpt2', hf_repo_id: 'openai/gpt2', path: null };
  server.use(
    http.get(api('/models'), () => HttpResponse.json([model])),
    http.post(api('/datasets/ds_1/tokenize'), () => answers.shift()),
  );
  await useDetailStore.getState().open('ds_1');
  render(<SettingsForm />);
}

const clickApply = () => userEvent.click(screen.getByRole('button', { name: 'Apply & Tokenize Dataset' }));

it('offers the known tokenizers, and explains local paths', async () => {
  await renderTokenizationSettings();
  const input = screen.getByLabelText('Tokenizer');
  expect(input).toHaveAccessibleDescription(/a local path starting with \.\/ \(in the data folder\) or \//);
  await userEvent.type(input, 'gpt2');
  expect(document.querySelector('datalist option')).toHaveValue('openai/gpt2');
});

it('shows errors under their fields, before and after submitting', async () => {
  await renderTokenizationSettings(
    problem(404, 'not_found', 'No such tokenizer.'),
    problem(409, 'exists', 'It is there already.', { tokenization_id: 'tok_9' }),
  );
  await userEvent.type(screen.getByLabelText('Tokenizer'), 'gpt2');
  await userEvent.type(screen.getByLabelText('Max Sequence Length'), '1');
  await clickApply();
  expect(await screen.findByRole('alert')).toHaveTextContent('at least 2');
  await userEvent.clear(screen.getByLabelText('Max Sequence Length'));
  await clickApply();
  expect(await screen.findByText('No such tokenizer.')).toBeInTheDocument();
  expect(screen.getByLabelText('Tokenizer')).toBeInvalid();
  await clickApply();
  expect(await screen.findByText('It is there already.')).toBeInTheDocument();
  await userEvent.click(screen.getByRole('button', { name: 'Show it' }));
  expect(onShow).toHaveBeenCalledWith('tok_9');
});

it('shows the advanced settings for an error in one of them', async () => {
  await renderTokenizationSettings(problem(401, 'auth_required', 'It needs a token.'));
  const more = screen.getByRole('button', { name: 'Show more settings' });
  expect(more).toHaveAttribute('aria-expanded', 'false');
  await userEvent.type(screen.getByLabelText('Tokenizer'), 'meta/llama');
  await clickApply();
  expect(await screen.findByLabelText(/Access Token/)).toHaveAccessibleDescription(/It needs a token/);
});

it('submits the chosen settings', async () => {
  await renderTokenizationSettings();
  const bodies: unknown[] = [];
  server.use(
    http.post(api('/datasets/ds_1/tokenize'), async ({ request }) => {
      bodies.push(await request.json());
      return HttpResponse.json(makeTokenization(), { status: 202 });
    }),
  );
  await userEvent.type(screen.getByLabelText('Tokenizer'), 'gpt2');
  await userEvent.selectOptions(screen.getByLabelText('Padding Strategy'), 'longest');
  await userEvent.selectOptions(screen.getByLabelText('Truncation'), 'off');
  await userEvent.click(screen.getByRole('switch', { name: 'Add Special Tokens' }));
  await userEvent.click(screen.getByRole('switch', { name: 'Return Attention Mask' }));
  await clickApply();
  expect(await screen.findByText('Apply & Tokenize Dataset')).toBeInTheDocument();
  expect(bodies).toMatchObject([
    { padding: 'longest', truncation: false, add_special_tokens: false, return_attention_mask: false },
  ]);
});
