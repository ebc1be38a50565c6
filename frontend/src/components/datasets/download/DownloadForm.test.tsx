import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';

import { useDatasetsStore } from '../../../stores/datasetsStore';
import { findViolations } from '../../../test/axe';
import { makeDownloadingDataset } from '../../../test/fixtures';
import { api, problem, server } from '../../../test/server';
import { DownloadForm } from './DownloadForm';

const onOpen = jest.fn();
const repository = (): HTMLElement => screen.getByLabelText('Dataset Repository');
const token = (): HTMLElement => screen.getByLabelText('Access Token (optional, for gated datasets)');
const submit = (): HTMLElement => screen.getByRole('button', { name: 'Download Dataset from HuggingFace' });
const SLOW = { timeout: 2_000 };

function show() {
  return render(<DownloadForm onOpen={onOpen} />);
}

/** Answers a download with `answer`, and gives what was asked for. */
function serve(answer: () => HttpResponse<string>): unknown[] {
  const bodies: unknown[] = [];
  server.use(
    http.post(api('/datasets/download'), async ({ request }) => {
      bodies.push(await request.json());
      return answer();
    }),
  );
  return bodies;
}

const accepted = (): HttpResponse<string> =>
  new HttpResponse(JSON.stringify(makeDownloadingDataset()), { status: 202 });

it('looks as the specification draws it', async () => {
  const { container } = show();
  expect(container.firstElementChild).toHaveClass(
    'bg-slate-900/50',
    'border',
    'border-slate-800',
    'rounded-lg',
    'p-6',
  );
  expect(screen.getByRole('heading', { level: 3 })).toHaveClass('text-lg', 'font-semibold', 'mb-4');
  expect(repository()).toHaveAttribute('id', 'dataset-repo-input');
  expect(repository()).toHaveAttribute('placeholder', 'e.g., roneneldan/TinyStories');
  expect(token()).toHaveAttribute('id', 'dataset-token-input');
  expect(token()).toHaveAttribute('type', 'password');
  expect(submit()).toBeDisabled();
  expect(await findViolations(container)).toEqual([]);
});

it('downloads, and clears what was typed', async () => {
  const bodies = serve(accepted);
  show();
  await userEvent.type(repository(), ' roneneldan/TinyStories ');
  await userEvent.type(token(), 'hf_x');
  await userEvent.click(submit());
  await waitFor(() => expect(repository()).toHaveValue(''));
  expect(token()).toHaveValue('');
  expect(bodies).toEqual([{ repo_id: 'roneneldan/TinyStories', access_token: 'hf_x' }]);
  expect(useDatasetsStore.getState().datasets).toHaveLength(1);
});

it('sends the options that are set', async () => {
  const bodies = serve(accepted);
  show();
  await userEvent.type(repository(), 'a/b');
  await userEvent.click(screen.getByRole('button', { name: 'Options', expanded: false }));
  await userEvent.type(screen.getByLabelText('Config'), 'en');
  await userEvent.type(screen.getByLabelText('Revision'), 'v1');
  await userEvent.type(screen.getByLabelText('Text column'), 'story');
  await userEvent.click(await screen.findByRole('checkbox', { name: 'train' }, SLOW));
  await userEvent.click(submit());
  await waitFor(() =>
    expect(bodies).toEqual([
      { repo_id: 'a/b', config: 'en', revision: 'v1', text_column: 'story', splits: ['train'] },
    ]),
  );
});

it('forgets splits that belong to another repository', async () => {
  show();
  await userEvent.type(repository(), 'a/b');
  await userEvent.click(screen.getByRole('button', { name: 'Options' }));
  await userEvent.click(await screen.findByRole('checkbox', { name: 'train' }, SLOW));
  await userEvent.type(repository(), 'c');
  expect(screen.queryByRole('checkbox', { name: 'train', checked: true })).toBeNull();
});

it('says what the repository is once the typing pauses', async () => {
  show();
  await userEvent.type(repository(), 'a/b');
  expect(await screen.findByText(/450.0 MB • 5 files/, undefined, SLOW)).toBeInTheDocument();
});

it('says at once that a repository is not there', async () => {
  server.use(
    http.get(api('/hub/datasets/*'), () => problem(404, 'not_found', 'There is no dataset a/b on the Hub.')),
  );
  show();
  await userEvent.type(repository(), 'a/b');
  expect(await screen.findByRole('alert', undefined, SLOW)).toHaveTextContent('There is no dataset a/b');
  expect(repository()).toBeInvalid();
});

it('says what is wrong with an id when the field is left, and not while it is typed', async () => {
  show();
  await userEvent.click(repository());
  await userEvent.tab();
  expect(screen.queryByRole('alert')).toBeNull();
  await userEvent.type(repository(), 'TinyStories');
  expect(screen.queryByRole('alert')).toBeNull();
  await userEvent.tab();
  expect(screen.getByRole('alert')).toHaveTextContent('has the form namespace/name');
  await userEvent.type(repository(), '/');
  expect(screen.queryByRole('alert')).toBeNull();
});

it('sends nothing that cannot be an id', async () => {
  const bodies = serve(accepted);
  show();
  await userEvent.type(repository(), 'nonsense{Enter}');
  expect(screen.getByRole('alert')).toBeInTheDocument();
  expect(bodies).toEqual([]);
});

it('keeps what was typed, and says under the token that one is needed', async () => {
  serve(() => problem(401, 'auth_required', 'Give an access token.'));
  show();
  await userEvent.type(repository(), 'a/b{Enter}');
  expect(await screen.findByRole('alert')).toHaveTextContent('Give an access token.');
  expect(token()).toHaveAccessibleDescription(/Give an access token/);
  expect(repository()).toHaveValue('a/b');
});

it('opens the options where the error belongs to one of them, with the choices', async () => {
  serve(() => problem(422, 'config_required', 'Choose a config.', { choices: ['en', 'de'] }));
  show();
  await userEvent.type(repository(), 'a/b{Enter}');
  await userEvent.click(await screen.findByRole('button', { name: 'de' }));
  expect(screen.queryByRole('alert')).toBeNull();
});

it('offers to open a dataset that is there already', async () => {
  serve(() => problem(409, 'exists', 'You have it already.', { dataset_id: 'ds_9' }));
  show();
  await userEvent.type(repository(), 'a/b{Enter}');
  await userEvent.click(await screen.findByRole('button', { name: 'Open it' }));
  expect(onOpen).toHaveBeenCalledWith('ds_9');
});

it('is busy while it sends', async () => {
  let answer: (response: HttpResponse<string>) => void = () => undefined;
  server.use(
    http.post(
      api('/datasets/download'),
      () => new Promise<HttpResponse<string>>((resolve) => (answer = resolve)),
    ),
  );
  show();
  await userEvent.type(repository(), 'a/b{Enter}');
  expect(await screen.findByRole('button', { name: 'Starting the download…' })).toBeDisabled();
  await waitFor(() => {
    answer(accepted());
    expect(repository()).toHaveValue('');
  });
});
