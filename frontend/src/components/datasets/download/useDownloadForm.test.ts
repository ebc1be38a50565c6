import { act, renderHook, waitFor } from '@testing-library/react';
import { http, HttpResponse } from 'msw';

import { makeDataset } from '../../../test/fixtures';
import { makeHubDataset } from '../../../test/storageFixtures';
import { api, problem, server } from '../../../test/server';
import { type DownloadForm, useDownloadForm } from './useDownloadForm';

it('submits only filled fields, then clears them', async () => {
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

it('checks values before it submits, and keeps them after a refusal', async () => {
  const { result } = renderHook(useDownloadForm);
  act(() => result.current.checkRepository());
  expect(result.current.errors).toEqual({});
  act(() => result.current.change({ repo_id: 'nonsense' }));
  await act(() => result.current.submit());
  expect(result.current.errors.repo_id?.message).toContain('is not a repository ID');
  server.use(http.post(api('/datasets/download'), () => problem(403, 'gated', 'It is gated.')));
  act(() => result.current.change({ repo_id: 'a/b' }));
  expect(result.current.errors.repo_id).toBeUndefined();
  await act(() => result.current.submit());
  expect(result.current.errors.access_token?.message).toBe('It is gated.');
  expect(result.current.values.repo_id).toBe('a/b');
});

it('clears the splits of another repository or config', () => {
  const { result } = renderHook(useDownloadForm);
  act(() => result.current.change({ repo_id: 'a/b', splits: ['train'] }));
  act(() => result.current.change({ repo_id: 'a/b' }));
  expect(result.current.values.splits).toEqual(['train']);
  act(() => result.current.change({ config: 'en' }));
  expect(result.current.values.splits).toEqual([]);
});

it('keeps what the Hub said while it is asked about another config, without its splits', async () => {
  const hub = makeHubDataset({ repo_id: 'a/b', configs: ['en', 'de'] });
  server.use(http.get(api('/hub/datasets/a/b'), () => HttpResponse.json(hub)));
  const { result } = renderHook(useDownloadForm);
  act(() => result.current.change({ repo_id: 'a/b' }));
  await waitFor(() => expect(result.current.preflight.kind).toBe('loaded'));
  act(() => result.current.change({ config: 'e' }));
  expect(result.current.preflight.kind).toBe('loading');
  expect(result.current.outdatedHub).toMatchObject({ configs: ['en', 'de'], splits: [] });
  act(() => result.current.change({ repo_id: 'c/d' }));
  expect(result.current.outdatedHub).toBeNull();
});

/** Submit the form; the returned function releases the response. */
function submitSlowly(form: { readonly current: DownloadForm }, answer: HttpResponse<string>) {
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  server.use(
    http.post(api('/datasets/download'), async () => {
      await released;
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

it('clears the submitted fields, and keeps what was typed meanwhile', async () => {
  const { result } = renderHook(useDownloadForm);
  act(() => result.current.change({ repo_id: 'acme/one', access_token: 'hf_x' }));
  const submission = submitSlowly(
    result,
    new HttpResponse<string>(JSON.stringify(makeDataset()), { status: 202 }),
  );
  act(() => result.current.change({ repo_id: 'acme/odd' }));
  await submission();
  expect(result.current).toMatchObject({
    values: { repo_id: 'acme/odd', access_token: '' },
    submitting: false,
  });
});

it('drops an error about a value that has changed since', async () => {
  const { result } = renderHook(useDownloadForm);
  act(() => result.current.change({ repo_id: 'no/such' }));
  const secondSubmission = submitSlowly(result, problem(404, 'not_found', 'There is none.'));
  act(() => result.current.change({ repo_id: 'acme/odd' }));
  await secondSubmission();
  expect(result.current).toMatchObject({ values: { repo_id: 'acme/odd' }, errors: {}, submitting: false });
  act(() => result.current.change({ revision: 'v9' }));
  const submission = submitSlowly(result, problem(422, 'unknown_revision', 'There is no v9.'));
  act(() => result.current.change({ revision: 'v1' }));
  await submission();
  expect(result.current.errors.revision).toBeUndefined();
});

it.each([
  ['repo_id', 'c/d', ['gated', 'config_required', 'unknown_revision', 'unknown_split', 'unknown_column']],
  ['revision', 'v2', ['config_required', 'unknown_revision', 'unknown_split', 'unknown_column']],
  ['config', 'de', ['config_required', 'unknown_split', 'unknown_column']],
] as const)('drops the errors of another %s', async (field, value, codes) => {
  const { result } = renderHook(useDownloadForm);
  for (const code of codes) {
    act(() => result.current.change({ repo_id: 'a/b', revision: 'main', config: 'en' }));
    await submitSlowly(result, problem(422, code, 'Why not.', { choices: ['en'] }))();
    expect(Object.values(result.current.errors)).toHaveLength(1);
    act(() => result.current.change({ [field]: value }));
    expect(result.current.errors).toEqual({});
  }
});

it('keeps the repository’s error while a token is typed', async () => {
  const { result } = renderHook(useDownloadForm);
  act(() => result.current.change({ repo_id: 'a/b' }));
  await submitSlowly(result, problem(422, 'config_required', 'Choose one.', { choices: ['en'] }))();
  act(() => result.current.change({ access_token: 'hf_x' }));
  expect(result.current.errors.config?.choices).toEqual(['en']);
});
