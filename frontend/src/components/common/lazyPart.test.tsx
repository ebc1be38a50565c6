import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { ErrorBoundary } from './ErrorBoundary';
import { lazyPart } from './lazyPart';

function Greeting({ name }: { readonly name: string }) {
  return <p>Hello {name}</p>;
}

it('shows that it is loading, then the part, and loads the code once', async () => {
  const load = jest.fn(() => Promise.resolve({ default: Greeting }));
  const Part = lazyPart(load, 'Loading the greeting…');
  const first = render(<Part name="Ada" />);
  expect(screen.getByText('Loading the greeting…')).toBeInTheDocument();
  expect(await screen.findByText('Hello Ada')).toBeInTheDocument();
  first.unmount();
  render(<Part name="Bob" />);
  expect(screen.getByText('Hello Bob')).toBeInTheDocument();
  expect(load).toHaveBeenCalledTimes(1);
});

it('shows that loading the code failed, and loads it on retry', async () => {
  const load = jest
    .fn<Promise<{ default: typeof Greeting }>, []>()
    .mockRejectedValueOnce(new TypeError('Failed to fetch dynamically imported module'))
    .mockRejectedValueOnce(new TypeError('Failed to fetch dynamically imported module'))
    .mockResolvedValue({ default: Greeting });
  const Part = lazyPart(load);
  render(<Part name="Ada" />);
  expect(await screen.findByRole('alert')).toHaveTextContent('does not answer');
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByText('Hello Ada')).toBeInTheDocument();
  expect(load).toHaveBeenCalledTimes(3);
});

it('shows the part if the second attempt to load its code succeeds', async () => {
  const load = jest
    .fn<Promise<{ default: typeof Greeting }>, []>()
    .mockRejectedValueOnce(new TypeError('Failed to fetch dynamically imported module'))
    .mockResolvedValue({ default: Greeting });
  const Part = lazyPart(load);
  render(<Part name="Ada" />);
  expect(await screen.findByText('Hello Ada')).toBeInTheDocument();
});

it('throws what the code throws while it is evaluated', async () => {
  const consoleError = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  // A module that threw stays cached: each import of it throws the same error.
  const defect = new TypeError('x is not a function');
  const Part = lazyPart<{ readonly name: string }>(() => Promise.reject(defect));
  render(
    <ErrorBoundary>
      <Part name="Ada" />
    </ErrorBoundary>,
  );
  expect(await screen.findByRole('alert')).toHaveTextContent('an internal error: x is not a function');
  expect(screen.queryByText(/does not answer/)).toBeNull();
  consoleError.mockRestore();
});

it('keeps what is typed when its parent is rendered again', async () => {
  const Field = lazyPart(() => Promise.resolve({ default: () => <input aria-label="Name" /> }));
  const { rerender } = render(<Field />);
  const field = await screen.findByLabelText('Name');
  rerender(<Field />);
  expect(screen.getByLabelText('Name')).toBe(field);
});
