import { act, renderHook } from '@testing-library/react';
import { http, HttpResponse } from 'msw';

import { useDetailStore } from '../../../stores/detailStore';
import { makeTokenization } from '../../../test/fixtures';
import { api, problem, server } from '../../../test/server';
import { useTokenizationForm } from './useTokenizationForm';

const onStarted = jest.fn();

async function formWith(...answers: HttpResponse<string>[]) {
  server.use(http.post(api('/datasets/ds_1/tokenize'), () => answers.shift()));
  await useDetailStore.getState().open('ds_1');
  const { result } = renderHook(() => useTokenizationForm(onStarted));
  act(() => result.current.change({ tokenizer: 'gpt2', access_token: 'hf_x' }));
  return result;
}

it('starts, tells of it, and forgets the token', async () => {
  const result = await formWith();
  server.use(
    http.post(api('/datasets/ds_1/tokenize'), () => HttpResponse.json(makeTokenization(), { status: 202 })),
  );
  await act(() => result.current.submit());
  expect(onStarted).toHaveBeenCalledWith(makeTokenization());
  expect(result.current.values).toMatchObject({ tokenizer: 'gpt2', access_token: '' });
});

it('sends nothing that is wrong by itself', async () => {
  const result = await formWith();
  act(() => result.current.change({ shuffle_seed: 'seven', end_of_document_token: '' }));
  await act(() => result.current.submit());
  expect(Object.keys(result.current.errors)).toEqual(['end_of_document_token', 'shuffle_seed']);
});

it('shows a refusal under the field that it is about', async () => {
  const result = await formWith(problem(422, 'no_tokenizer', 'Why not.'));
  await act(() => result.current.submit());
  expect(result.current).toMatchObject({ errors: { tokenizer: 'Why not.' }, failure: null });
});

it('puts what names fields under them, and what belongs to none apart', async () => {
  const errors = [
    { field: 'body.begin_of_row_token.int', message: 'Outside the vocabulary.' },
    { field: 'body.surprise', message: 'What?' },
  ];
  const result = await formWith(
    problem(422, 'validation_error', 'No.', { errors }),
    problem(409, 'exists', 'It is here.', { tokenization_id: 'tok_1' }),
    problem(507, 'disk_full', 'No room.'),
  );
  await act(() => result.current.submit());
  expect(result.current.errors).toEqual({ begin_of_row_token: 'Outside the vocabulary.' });
  await act(() => result.current.submit());
  expect(result.current).toMatchObject({ errors: {}, existingId: 'tok_1' });
  await act(() => result.current.submit());
  expect(result.current).toMatchObject({ failure: { detail: 'No room.' }, existingId: null });
  act(() => result.current.change({ max_length: '8' }));
  expect(result.current.failure).toBeNull();
});
