import { act, renderHook } from '@testing-library/react';
import { http, HttpResponse } from 'msw';

import { useDetailStore } from '../../../stores/detailStore';
import { makeTokenization } from '../../../test/fixtures';
import { api, problem, server } from '../../../test/server';
import { makePreview } from '../../../test/tokenizationFixtures';
import { useTokenizationForm } from './useTokenizationForm';

const onStarted = jest.fn();

async function renderForm(...answers: HttpResponse<string>[]) {
  server.use(http.post(api('/datasets/ds_1/tokenize'), () => answers.shift()));
  await useDetailStore.getState().open('ds_1');
  const { result } = renderHook(() => useTokenizationForm(onStarted));
  act(() => result.current.change({ tokenizer: 'gpt2', access_token: 'hf_x' }));
  return result;
}

it('starts a tokenization, reports it, and clears the token', async () => {
  const result = await renderForm();
  server.use(
    http.post(api('/datasets/ds_1/tokenize'), () => HttpResponse.json(makeTokenization(), { status: 202 })),
  );
  await act(() => result.current.submit());
  expect(onStarted).toHaveBeenCalledWith(makeTokenization());
  expect(result.current.values).toMatchObject({ tokenizer: 'gpt2', access_token: '' });
});

it('submits no invalid settings', async () => {
  const result = await renderForm();
  act(() => result.current.change({ shuffle_seed: 'seven', end_of_document_token: '' }));
  await act(() => result.current.submit());
  expect(Object.keys(result.current.errors)).toEqual(['end_of_document_token', 'shuffle_seed']);
});

it('shows a refusal under the field that it is about', async () => {
  const result = await renderForm(problem(422, 'no_tokenizer', 'Why not.'));
  await act(() => result.current.submit());
  expect(result.current).toMatchObject({ errors: { tokenizer: 'Why not.' }, failure: null });
});

it('separates errors of fields from other refusals', async () => {
  const errors = [
    { field: 'body.begin_of_row_token.int', message: 'Outside the vocabulary.' },
    { field: 'body.surprise', message: 'What?' },
  ];
  const result = await renderForm(
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

it('asks before rows are longer than the model takes', async () => {
  const result = await renderForm();
  server.use(
    http.post(api('/datasets/ds_1/tokenize'), () => HttpResponse.json(makeTokenization(), { status: 202 })),
    http.post(api('/tokenize-preview'), () => HttpResponse.json(makePreview({ model_max_length: 1024 }))),
  );
  act(() => result.current.change({ max_length: '4096' }));
  await act(() => result.current.submit());
  expect(result.current.longRows).toEqual({ maxLength: 4096, limit: 1024 });
  expect(onStarted).not.toHaveBeenCalled();
  await act(() => result.current.confirmLongRows());
  expect(onStarted).toHaveBeenCalled();
  expect(result.current.longRows).toBeNull();
});
