import { render, screen } from '@testing-library/react';

import { ErrorBoundary } from './ErrorBoundary';

function Broken({ by }: { readonly by: unknown }): never {
  throw by;
}

it('stands in for what failed', () => {
  const quiet = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  render(
    <ErrorBoundary>
      <Broken by={new Error('a defect')} />
    </ErrorBoundary>,
  );
  expect(screen.getByRole('alert')).toHaveTextContent('a defect');
  expect(screen.getByRole('button', { name: 'Reload the page' })).toBeEnabled();
  quiet.mockRestore();
});

it('shows what is well', () => {
  render(<ErrorBoundary>All is well.</ErrorBoundary>);
  expect(screen.getByText('All is well.')).toBeInTheDocument();
});
