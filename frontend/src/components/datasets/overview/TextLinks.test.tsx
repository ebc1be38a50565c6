import { render, screen } from '@testing-library/react';

import { makeDataset } from '../../../test/fixtures';
import type { Dataset } from '../../../types/dataset';
import { TextLinks } from './TextLinks';

const TEXT = { name: 'text', kind: 'text' } as const;

function show(changes: Partial<Dataset>): (string | null)[] {
  const dataset = makeDataset({ id: 'ds_1', text_column: 'text', text_template: null, ...changes });
  const columns = [{ ...dataset.metadata.columns[0], ...TEXT }] as Dataset['metadata']['columns'];
  render(<TextLinks dataset={{ ...dataset, metadata: { ...dataset.metadata, columns } }} />);
  return screen.queryAllByRole('link').map((link) => `${link.textContent}: ${link.getAttribute('href')}`);
}

it('links to the rows without a text by a filter of their column', () => {
  const [nulls, empty] = show({ null_texts: 3, empty_texts: 2, invalid_texts: 0 });
  expect(nulls).toMatch(/^Show the null texts: /);
  expect(new URLSearchParams(nulls?.split('?')[1]).getAll('where')).toEqual(['["text","is_null"]']);
  expect(new URLSearchParams(empty?.split('?')[1]).getAll('where')).toEqual(['["text","=",""]']);
});

it('links to repaired texts by a search', () => {
  expect(show({ null_texts: 0, empty_texts: 0, invalid_texts: 4 })).toEqual([
    expect.stringMatching(/^Show the repaired texts: .*mode=exact/),
  ]);
});

it('shows nothing where nothing is to be seen', () => {
  expect(show({ null_texts: 0, empty_texts: null, invalid_texts: 0 })).toEqual([]);
});

it('does not filter by a column if texts are made of several', () => {
  expect(show({ null_texts: 3, empty_texts: 3, invalid_texts: 0, text_template: '{a} {b}' })).toEqual([]);
});
