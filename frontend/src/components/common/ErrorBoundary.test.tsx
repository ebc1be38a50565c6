import { render, screen } from '@testing-library/react';

import { ErrorBoundary } from './ErrorBoundary';

function Broken({ by }: { readonly by: unknown }): never {
  throw by;
}

it('replaces a part that failed', () => {
  const consoleError = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  render(
    <ErrorBoundary>
      <Broken by={new Error('a defect')} />
    </ErrorBoundary>,
  );
  expect(screen.getByRole('alert')).toHaveTextContent('a defect');
  expect(screen.getByRole('button', { name: 'Reload the page' })).toBeEnabled();
  consoleError.mockRestore();
});

it('shows a part that works', () => {
  render(<ErrorBoundary>All is well.</ErrorBoundary>);
  expect(screen.getByText('All is well.')).toBeInTheDocument();
});
