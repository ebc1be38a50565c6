import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';

import { findViolations } from '../../../test/axe';
import { makeDataset } from '../../../test/fixtures';
import { api, problem, server } from '../../../test/server';
import { GetMore } from './GetMore';

const onMade = jest.fn();
const sent: unknown[] = [];

/** Open the form for a part of this kind. */
async function openForm(changes: Parameters<typeof makeDataset>[0]): Promise<void> {
  server.use(
    http.post(api('/datasets/ds_1/extend'), async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json(makeDataset({ id: 'ds_2' }));
    }),
  );
  render(<GetMore dataset={makeDataset(changes)} onMade={onMade} />);
  await userEvent.click(screen.getByRole('button', { name: 'Get more' }));
}

beforeEach(() => {
  sent.length = 0;
  onMade.mockReset();
});

it('asks for a larger number of rows', async () => {
  await openForm({ amount: { kind: 'rows', rows: 100 } });
  const button = screen.getByRole('button', { name: 'Get more' });
  expect(button).toBeDisabled();
  await userEvent.type(screen.getByLabelText('Rows in all'), 'many');
  expect(screen.getByRole('alert')).toHaveTextContent('Enter a whole number of rows');
  await userEvent.clear(screen.getByLabelText('Rows in all'));
  await userEvent.type(screen.getByLabelText('Rows in all'), '2,000');
  expect(await findViolations(screen.getByRole('form', { name: 'Get more' }))).toEqual([]);
  await userEvent.click(button);
  expect(sent).toEqual([{ amount: { kind: 'rows', rows: 2_000 }, access_token: null }]);
  expect(onMade).toHaveBeenCalledWith(makeDataset({ id: 'ds_2' }));
});

it('asks for a larger size, or for everything, with a token for a gated repository', async () => {
  const metadata = { ...makeDataset().metadata, gated: true };
  await openForm({ amount: { kind: 'bytes', bytes: 5 }, metadata });
  await userEvent.type(screen.getByLabelText('Access Token'), ' hf_x ');
  await userEvent.type(screen.getByLabelText('GB of source files in all'), '0.5');
  await userEvent.click(screen.getByRole('button', { name: 'Get more' }));
  await userEvent.selectOptions(screen.getByLabelText('How much in all'), 'Everything');
  expect(screen.queryByLabelText('GB of source files in all')).not.toBeInTheDocument();
  await userEvent.click(screen.getByRole('button', { name: 'Get more' }));
  expect(sent).toEqual([
    { amount: { kind: 'bytes', bytes: 2 ** 29 }, access_token: 'hf_x' },
    { amount: { kind: 'all' }, access_token: 'hf_x' },
  ]);
});

it('shows a refusal, and closes', async () => {
  await openForm({ amount: { kind: 'rows', rows: 100 } });
  const detail = 'Ask for more than 100 rows, or for everything.';
  server.use(http.post(api('/datasets/ds_1/extend'), () => problem(422, 'validation_failed', detail)));
  await userEvent.type(screen.getByLabelText('Rows in all'), '5');
  await userEvent.click(screen.getByRole('button', { name: 'Get more' }));
  expect(await screen.findByText(detail)).toBeInTheDocument();
  await userEvent.click(screen.getByRole('button', { name: 'Cancel' }));
  expect(screen.queryByRole('form')).not.toBeInTheDocument();
});
