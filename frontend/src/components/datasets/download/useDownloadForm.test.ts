import { act, renderHook } from '@testing-library/react';
import { http, HttpResponse } from 'msw';

import { makeDataset } from '../../../test/fixtures';
import { api, problem, server } from '../../../test/server';
import { type DownloadForm, useDownloadForm } from './useDownloadForm';

it('sends what is typed, leaves the rest to the server, and is empty again', async () => {
  const sent: unknown[] = [];
  server.use(
    http.post(api('/datasets/download'), async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json(makeDataset(), { status: 202 });
    }),
  );
  const { result } = renderHook(useDownloadForm);
  act(() => result.current.change({ repo_id: ' https://huggingface.co/datasets/a/b ', revision: ' main ' }));
  act(() => result.current.change({ splits: ['train'] }));
  await act(() => result.current.submit());
  expect(sent).toEqual([{ repo_id: 'a/b', revision: 'main', splits: ['train'] }]);
  expect(result.current).toMatchObject({
    values: { repo_id: '', splits: [] },
    errors: {},
    submitting: false,
  });
});

it('says what is wrong before it asks, and keeps what is typed where it is refused', async () => {
  const { result } = renderHook(useDownloadForm);
  act(() => result.current.checkRepository());
  expect(result.current.errors).toEqual({});
  act(() => result.current.change({ repo_id: 'nonsense' }));
  await act(() => result.current.submit());
  expect(result.current.errors.repo_id?.message).toContain('is not a repository id');
  server.use(http.post(api('/datasets/download'), () => problem(403, 'gated', 'It is gated.')));
  act(() => result.current.change({ repo_id: 'a/b' }));
  expect(result.current.errors.repo_id).toBeUndefined();
  await act(() => result.current.submit());
  expect(result.current.errors.access_token?.message).toBe('It is gated.');
  expect(result.current.values.repo_id).toBe('a/b');
});

it('forgets the splits of another repository, or of another config', () => {
  const { result } = renderHook(useDownloadForm);
  act(() => result.current.change({ repo_id: 'a/b', splits: ['train'] }));
  act(() => result.current.change({ repo_id: 'a/b' }));
  expect(result.current.values.splits).toEqual(['train']);
  act(() => result.current.change({ config: 'en' }));
  expect(result.current.values.splits).toEqual([]);
});

/** Begins to send what is typed; the answer comes when it is asked for. */
function sending(form: { readonly current: DownloadForm }, answer: HttpResponse<string>) {
  let release: () => void = () => undefined;
  const waiting = new Promise<void>((resolve) => (release = resolve));
  server.use(
    http.post(api('/datasets/download'), async () => {
      await waiting;
      return answer;
    }),
  );
  let sent: Promise<void> = Promise.resolve();
  act(() => {
    sent = form.current.submit();
  });
  return () =>
    act(async () => {
      release();
      await sent;
    });
}

it('clears what was sent, and keeps what was typed meanwhile', async () => {
  const { result } = renderHook(useDownloadForm);
  act(() => result.current.change({ repo_id: 'acme/one', access_token: 'hf_x' }));
  const answered = sending(result, new HttpResponse<string>(JSON.stringify(makeDataset()), { status: 202 }));
  act(() => result.current.change({ repo_id: 'acme/odd' }));
  await answered();
  expect(result.current).toMatchObject({
    values: { repo_id: 'acme/odd', access_token: '' },
    submitting: false,
  });
});

it('says nothing of a value that is no longer there', async () => {
  const { result } = renderHook(useDownloadForm);
  act(() => result.current.change({ repo_id: 'no/such' }));
  const another = sending(result, problem(404, 'not_found', 'There is none.'));
  act(() => result.current.change({ repo_id: 'acme/odd' }));
  await another();
  expect(result.current).toMatchObject({ values: { repo_id: 'acme/odd' }, errors: {}, submitting: false });
  act(() => result.current.change({ revision: 'v9' }));
  const revised = sending(result, problem(422, 'unknown_revision', 'There is no v9.'));
  act(() => result.current.change({ revision: 'v1' }));
  await revised();
  expect(result.current.errors.revision).toBeUndefined();
});

it.each([
  ['repo_id', 'c/d', ['gated', 'config_required', 'unknown_revision', 'unknown_split', 'unknown_column']],
  ['revision', 'v2', ['config_required', 'unknown_revision', 'unknown_split', 'unknown_column']],
  ['config', 'de', ['config_required', 'unknown_split', 'unknown_column']],
] as const)('takes back what was said of another %s', async (field, value, codes) => {
  const { result } = renderHook(useDownloadForm);
  for (const code of codes) {
    act(() => result.current.change({ repo_id: 'a/b', revision: 'main', config: 'en' }));
    await sending(result, problem(422, code, 'Why not.', { choices: ['en'] }))();
    expect(Object.values(result.current.errors)).toHaveLength(1);
    act(() => result.current.change({ [field]: value }));
    expect(result.current.errors).toEqual({});
  }
});

it('keeps what was said of the repository while a token is typed for it', async () => {
  const { result } = renderHook(useDownloadForm);
  act(() => result.current.change({ repo_id: 'a/b' }));
  await sending(result, problem(422, 'config_required', 'Choose one.', { choices: ['en'] }))();
  act(() => result.current.change({ access_token: 'hf_x' }));
  expect(result.current.errors.config?.choices).toEqual(['en']);
});
