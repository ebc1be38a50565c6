import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http, HttpResponse } from 'msw';

import { findViolations } from '../../../test/axe';
import { api, problem, server } from '../../../test/server';
import { makeRowPage, makeTokenizationDetail } from '../../../test/tokenizationFixtures';
import { LedgerAndAudit } from './LedgerAndAudit';

it('shows audit, ledger, rows and snippets', async () => {
  server.use(
    http.get(api('/tokenizations/tok_1'), () => HttpResponse.json(makeTokenizationDetail())),
    http.get(api('/tokenizations/tok_1/rows'), () => HttpResponse.json(makeRowPage())),
  );
  const { container } = render(<LedgerAndAudit id="tok_1" />);
  expect(await screen.findByRole('region', { name: 'Audit' })).toHaveTextContent(
    /Passed with warnings.*1,000 documents: 0 differ/,
  );
  expect(screen.getByRole('region', { name: 'Ledger' })).toHaveTextContent('balances');
  expect(screen.getByRole('table', { name: 'What was written' })).toHaveTextContent(
    'Written positions5,120,000',
  );
  expect(await screen.findByRole('button', { name: 'cat' })).toBeInTheDocument();
  expect(screen.getByText('Load the tokens')).toBeInTheDocument();
  expect(await findViolations(container)).toEqual([]);
});

it('shows how the settings were resolved', async () => {
  const notes = ['Roles for the chat template: human → user.'];
  server.use(
    http.get(api('/tokenizations/tok_1'), () =>
      HttpResponse.json({ ...makeTokenizationDetail(), resolved: { notes } }),
    ),
    http.get(api('/tokenizations/tok_1/rows'), () => HttpResponse.json(makeRowPage())),
  );
  render(<LedgerAndAudit id="tok_1" />);
  expect(await screen.findByRole('region', { name: 'Settings as resolved' })).toHaveTextContent(
    /human → user/,
  );
});

it.each([
  ['warning', '⚠warning: BOS begins each row. In 99 %.'],
  ['failed', '✗failed: BOS begins each row. In 99 %.'],
] as const)('shows each check’s outcome for the verdict “%s”', async (verdict, line) => {
  const detail = makeTokenizationDetail();
  const audit = detail.audit === null ? null : { ...detail.audit, verdict };
  server.use(
    http.get(api('/tokenizations/tok_1'), () => HttpResponse.json({ ...detail, audit })),
    http.get(api('/tokenizations/tok_1/rows'), () => HttpResponse.json(makeRowPage())),
  );
  render(<LedgerAndAudit id="tok_1" />);
  const items = within(await screen.findByRole('region', { name: 'Audit' })).getAllByRole('listitem');
  expect(items.map(({ textContent }) => textContent)).toEqual([
    '✓passed: Ids are within the vocabulary. All of them.',
    line,
    '–not applicable: Padding. There is none.',
  ]);
});

it('shows that a ledger does not balance', async () => {
  const detail = makeTokenizationDetail();
  const ledger = detail.ledger === null ? null : { ...detail.ledger, balances: false };
  server.use(
    http.get(api('/tokenizations/tok_1'), () => HttpResponse.json({ ...detail, ledger, audit: null })),
    http.get(api('/tokenizations/tok_1/rows'), () => HttpResponse.json(makeRowPage())),
  );
  render(<LedgerAndAudit id="tok_1" />);
  expect(await screen.findByText('does not balance')).toBeInTheDocument();
  expect(screen.queryByRole('region', { name: 'Audit' })).toBeNull();
});

it('shows what was repeated, unused, filtered and not read', async () => {
  const detail = makeTokenizationDetail();
  const more = { repeated: 40, unused: 7, filtered_documents: 3, unread_rows: 11 };
  const ledger = detail.ledger === null ? null : { ...detail.ledger, ...more };
  server.use(
    http.get(api('/tokenizations/tok_1'), () => HttpResponse.json({ ...detail, ledger })),
    http.get(api('/tokenizations/tok_1/rows'), () => HttpResponse.json(makeRowPage())),
  );
  render(<LedgerAndAudit id="tok_1" />);
  const region = await screen.findByRole('region', { name: 'Ledger' });
  expect(region).toHaveTextContent('Repeated in windows-40');
  expect(region).toHaveTextContent('Unused (beyond the maximum)7');
  expect(region).toHaveTextContent('3 documents have fewer tokens than the minimum.');
  expect(region).toHaveTextContent('11 rows were not read: the maximum of tokens was reached before them.');
});

it('shows why loading failed, and retries', async () => {
  server.use(http.get(api('/tokenizations/tok_1'), () => problem(503, 'unavailable', 'Not now.')));
  render(<LedgerAndAudit id="tok_1" />);
  expect(await screen.findByRole('alert')).toHaveTextContent('Not now.');
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByRole('alert')).toHaveTextContent('Not now.');
});
