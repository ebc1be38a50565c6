import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';

import { useDatasetsStore } from '../../../stores/datasetsStore';
import { findViolations } from '../../../test/axe';
import { makeDownloadingDataset } from '../../../test/fixtures';
import { useImportStore } from '../../../stores/importStore';
import { api, problem, server } from '../../../test/server';
import { DownloadForm } from './DownloadForm';

const onOpen = jest.fn();
const getRepository = (): HTMLElement => screen.getByLabelText('Dataset Repository');
const getToken = (): HTMLElement => screen.getByLabelText('Access Token (optional, for gated datasets)');
const getSubmit = (): HTMLElement =>
  screen.getByRole('button', { name: 'Download Dataset from HuggingFace' });
const SLOW = { timeout: 2_000 };

function renderDownloadForm() {
  return render(<DownloadForm onOpen={onOpen} />);
}

/** Serve the response of `answer` for a download, and return the request bodies. */
function serveDownload(answer: () => HttpResponse<string>): unknown[] {
  const bodies: unknown[] = [];
  server.use(
    http.post(api('/datasets/download'), async ({ request }) => {
      bodies.push(await request.json());
      return answer();
    }),
  );
  return bodies;
}

const acceptDownload = (): HttpResponse<string> =>
  new HttpResponse(JSON.stringify(makeDownloadingDataset()), { status: 202 });

it('has the elements and classes that the design fixes', async () => {
  const { container } = renderDownloadForm();
  expect(container.firstElementChild).toHaveClass(
    'bg-slate-900/50',
    'border',
    'border-slate-800',
    'rounded-lg',
    'p-6',
  );
  expect(screen.getByRole('heading', { level: 3 })).toHaveClass('text-lg', 'font-semibold', 'mb-4');
  expect(getRepository()).toHaveAttribute('id', 'dataset-repo-input');
  expect(getRepository()).toHaveAttribute('placeholder', 'e.g., roneneldan/TinyStories');
  expect(getToken()).toHaveAttribute('id', 'dataset-token-input');
  expect(getToken()).toHaveAttribute('type', 'password');
  expect(getSubmit()).toBeDisabled();
  expect(await findViolations(container)).toEqual([]);
});

it('starts a download, and clears the fields', async () => {
  const bodies = serveDownload(acceptDownload);
  renderDownloadForm();
  await userEvent.type(getRepository(), ' roneneldan/TinyStories ');
  await userEvent.type(getToken(), 'hf_x');
  await userEvent.click(getSubmit());
  await waitFor(() => expect(getRepository()).toHaveValue(''));
  expect(getToken()).toHaveValue('');
  expect(bodies).toEqual([{ repo_id: 'roneneldan/TinyStories', access_token: 'hf_x' }]);
  expect(useDatasetsStore.getState().datasets).toHaveLength(1);
});

it('sends the chosen options', async () => {
  const bodies = serveDownload(acceptDownload);
  renderDownloadForm();
  await userEvent.type(getRepository(), 'a/b');
  await userEvent.click(screen.getByRole('button', { name: 'Options', expanded: false }));
  await userEvent.type(screen.getByLabelText('Config'), 'en');
  await userEvent.type(screen.getByLabelText('Revision'), 'v1');
  await userEvent.type(screen.getByLabelText('Text column'), 'story');
  await userEvent.click(await screen.findByRole('checkbox', { name: 'train' }, SLOW));
  await userEvent.click(getSubmit());
  await waitFor(() =>
    expect(bodies).toEqual([
      { repo_id: 'a/b', config: 'en', revision: 'v1', text_column: 'story', splits: ['train'] },
    ]),
  );
});

it('clears the splits of another repository', async () => {
  renderDownloadForm();
  await userEvent.type(getRepository(), 'a/b');
  await userEvent.click(screen.getByRole('button', { name: 'Options' }));
  await userEvent.click(await screen.findByRole('checkbox', { name: 'train' }, SLOW));
  await userEvent.type(getRepository(), 'c');
  expect(screen.queryByRole('checkbox', { name: 'train', checked: true })).toBeNull();
});

it('describes the repository once typing pauses', async () => {
  renderDownloadForm();
  await userEvent.type(getRepository(), 'a/b');
  expect(await screen.findByText(/450.0 MB • 5 files/, undefined, SLOW)).toBeInTheDocument();
});

it('shows immediately that a repository does not exist', async () => {
  server.use(
    http.get(api('/hub/datasets/*'), () => problem(404, 'not_found', 'There is no dataset a/b on the Hub.')),
  );
  renderDownloadForm();
  await userEvent.type(getRepository(), 'a/b');
  expect(await screen.findByRole('alert', undefined, SLOW)).toHaveTextContent('There is no dataset a/b');
  expect(getRepository()).toBeInvalid();
});

it('checks an id when the field loses the focus, not while typing', async () => {
  renderDownloadForm();
  await userEvent.click(getRepository());
  await userEvent.tab();
  expect(screen.queryByRole('alert')).toBeNull();
  await userEvent.type(getRepository(), 'TinyStories');
  expect(screen.queryByRole('alert')).toBeNull();
  await userEvent.tab();
  expect(screen.getByRole('alert')).toHaveTextContent('Use the form namespace/name');
  await userEvent.type(getRepository(), '/');
  expect(screen.queryByRole('alert')).toBeNull();
});

it('sends no invalid id', async () => {
  const bodies = serveDownload(acceptDownload);
  renderDownloadForm();
  await userEvent.type(getRepository(), 'nonsense{Enter}');
  expect(screen.getByRole('alert')).toBeInTheDocument();
  expect(bodies).toEqual([]);
});

it('keeps the fields, and asks for a token under its field', async () => {
  serveDownload(() => problem(401, 'auth_required', 'Give an access token.'));
  renderDownloadForm();
  await userEvent.type(getRepository(), 'a/b{Enter}');
  expect(await screen.findByRole('alert')).toHaveTextContent('Give an access token.');
  expect(getToken()).toHaveAccessibleDescription(/Give an access token/);
  expect(getRepository()).toHaveValue('a/b');
});

it('opens the options for an error in one of them, with the choices', async () => {
  serveDownload(() => problem(422, 'config_required', 'Choose a config.', { choices: ['en', 'de'] }));
  renderDownloadForm();
  await userEvent.type(getRepository(), 'a/b{Enter}');
  await userEvent.click(await screen.findByRole('button', { name: 'de' }));
  expect(screen.queryByRole('alert')).toBeNull();
});

it('offers to open a dataset that already exists', async () => {
  serveDownload(() => problem(409, 'exists', 'You have it already.', { dataset_id: 'ds_9' }));
  renderDownloadForm();
  await userEvent.type(getRepository(), 'a/b{Enter}');
  await userEvent.click(await screen.findByRole('button', { name: 'Open it' }));
  expect(onOpen).toHaveBeenCalledWith('ds_9');
});

it('is disabled while it submits', async () => {
  let answer: (response: HttpResponse<string>) => void = () => undefined;
  server.use(
    http.post(
      api('/datasets/download'),
      () => new Promise<HttpResponse<string>>((resolve) => (answer = resolve)),
    ),
  );
  renderDownloadForm();
  await userEvent.type(getRepository(), 'a/b{Enter}');
  expect(await screen.findByRole('button', { name: 'Starting the download…' })).toBeDisabled();
  await waitFor(() => {
    answer(acceptDownload());
    expect(getRepository()).toHaveValue('');
  });
});

it('keeps the options open while an error among them is corrected', async () => {
  serveDownload(() => problem(422, 'unknown_config', 'There is no config “x”.'));
  renderDownloadForm();
  await userEvent.type(getRepository(), 'a/b');
  await userEvent.click(getSubmit());
  const config = await screen.findByLabelText('Config');
  await userEvent.type(config, 'en');
  expect(config).toHaveFocus();
  expect(config).toHaveValue('en');
});

it('passes its text column on to an import that is started beside it', async () => {
  renderDownloadForm();
  await userEvent.click(screen.getByRole('button', { name: 'Options' }));
  await userEvent.type(screen.getByLabelText('Text column'), ' body ');
  expect(useImportStore.getState().textColumn).toBe('body');
});
