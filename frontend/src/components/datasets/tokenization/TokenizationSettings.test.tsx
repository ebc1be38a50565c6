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

function Shown() {
  const form = useTokenizationForm(() => undefined);
  return (
    <>
      <TokenizationSettings form={form} dataset={makeDetail()} />
      <ApplyButton form={form} onShow={onShow} />
    </>
  );
}

/** The form over a server that answers a tokenize with these, one after the other. */
async function show(...answers: HttpResponse<string>[]): Promise<void> {
  const model = { id: 'm', name: 'gpt2', hf_repo_id: 'openai/gpt2', path: null };
  server.use(
    http.get(api('/models'), () => HttpResponse.json([model])),
    http.post(api('/datasets/ds_1/tokenize'), () => answers.shift()),
  );
  await useDetailStore.getState().open('ds_1');
  render(<Shown />);
}

const apply = () => userEvent.click(screen.getByRole('button', { name: 'Apply & Tokenize Dataset' }));

it('offers the tokenizers that are known, and says how one of this machine is named', async () => {
  await show();
  const input = screen.getByLabelText('Tokenizer');
  expect(input).toHaveAccessibleDescription(/begins with \.\/ \(below the data folder\) or with \//);
  await userEvent.type(input, 'gpt2');
  expect(document.querySelector('datalist option')).toHaveValue('openai/gpt2');
});

it('says under the field what is wrong, before anything is sent and after', async () => {
  await show(
    problem(404, 'not_found', 'No such tokenizer.'),
    problem(409, 'exists', 'It is there already.', { tokenization_id: 'tok_9' }),
  );
  await userEvent.type(screen.getByLabelText('Tokenizer'), 'gpt2');
  await userEvent.type(screen.getByLabelText('Max Sequence Length'), '1');
  await apply();
  expect(await screen.findByRole('alert')).toHaveTextContent('at least 2');
  await userEvent.clear(screen.getByLabelText('Max Sequence Length'));
  await apply();
  expect(await screen.findByText('No such tokenizer.')).toBeInTheDocument();
  expect(screen.getByLabelText('Tokenizer')).toBeInvalid();
  await apply();
  expect(await screen.findByText('It is there already.')).toBeInTheDocument();
  await userEvent.click(screen.getByRole('button', { name: 'Show it' }));
  expect(onShow).toHaveBeenCalledWith('tok_9');
});

it('opens what is out of sight where the fault is there', async () => {
  await show(problem(401, 'auth_required', 'It needs a token.'));
  const more = screen.getByRole('button', { name: 'More settings' });
  expect(more).toHaveAttribute('aria-expanded', 'false');
  await userEvent.type(screen.getByLabelText('Tokenizer'), 'meta/llama');
  await apply();
  expect(await screen.findByLabelText(/Access Token/)).toHaveAccessibleDescription(/It needs a token/);
});

it('sends what is chosen', async () => {
  await show();
  const sent: unknown[] = [];
  server.use(
    http.post(api('/datasets/ds_1/tokenize'), async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json(makeTokenization(), { status: 202 });
    }),
  );
  await userEvent.type(screen.getByLabelText('Tokenizer'), 'gpt2');
  await userEvent.selectOptions(screen.getByLabelText('Padding Strategy'), 'longest');
  await userEvent.selectOptions(screen.getByLabelText('Truncation'), 'off');
  await userEvent.click(screen.getByRole('switch', { name: 'Add Special Tokens' }));
  await userEvent.click(screen.getByRole('switch', { name: 'Return Attention Mask' }));
  await apply();
  expect(await screen.findByText('Apply & Tokenize Dataset')).toBeInTheDocument();
  expect(sent).toMatchObject([
    { padding: 'longest', truncation: false, add_special_tokens: false, return_attention_mask: false },
  ]);
});
