import { getRequests, respondWith } from '../test/requestLog';
import {
  cancelTokenization,
  deleteTokenization,
  getModels,
  getTokenization,
  getTokenizedRows,
  getTrace,
  previewTokens,
  retryTokenization,
  tokenizeDataset,
} from './tokenizations';

const { signal } = new AbortController();

it('starts, retries, cancels and deletes a tokenization', async () => {
  respondWith({});
  await tokenizeDataset('ds_1', { tokenizer: 'gpt2' });
  await retryTokenization('tok_1');
  await retryTokenization('tok_1', { access_token: 'hf_x' });
  await cancelTokenization('tok_1');
  await previewTokens({ tokenizer: 'gpt2', text: 'a' });
  expect(getRequests().map(({ method, path, body }) => [method, path, body])).toEqual([
    ['POST', '/api/datasets/ds_1/tokenize', { tokenizer: 'gpt2' }],
    ['POST', '/api/tokenizations/tok_1/retry', {}],
    ['POST', '/api/tokenizations/tok_1/retry', { access_token: 'hf_x' }],
    ['POST', '/api/tokenizations/tok_1/cancel', null],
    ['POST', '/api/tokenize-preview', { tokenizer: 'gpt2', text: 'a' }],
  ]);
  respondWith(null);
  await deleteTokenization('tok_1');
  expect(getRequests()).toMatchObject([{ method: 'DELETE', path: '/api/tokenizations/tok_1' }]);
});

it('fetches a tokenization, its rows and the source of a token', async () => {
  respondWith({});
  await getTokenization('tok_1', signal);
  await getTokenizedRows('tok_1', { split: 'train & co', page: 3, limit: 1 }, signal);
  await getTrace('tok_1', { split: 'train', row: 7, position: 0 }, signal);
  await getModels(signal);
  expect(getRequests().map(({ path }) => path)).toEqual([
    '/api/tokenizations/tok_1',
    '/api/tokenizations/tok_1/rows?split=train+%26+co&page=3&limit=1',
    '/api/tokenizations/tok_1/rows/7/trace?split=train&position=0',
    '/api/models',
  ]);
});
