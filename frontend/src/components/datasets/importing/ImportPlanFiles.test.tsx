import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { makeImportFile, makeImportPlan } from '../../../test/importFixtures';
import type { ImportFile } from '../../../types/dataset';
import { ImportPlanFiles } from './ImportPlanFiles';
import { useImportPlan } from './useImportPlan';

function Files({ files }: { readonly files: ImportFile[] }) {
  return <ImportPlanFiles form={useImportPlan(makeImportPlan({ files }))} />;
}

it('says how each file is read', () => {
  render(
    <Files
      files={[
        makeImportFile({ file: 'a.tsv', format: 'csv', delimiter: '\t', encoding: 'cp1252' }),
        makeImportFile({ file: 'b.json', format: 'json', field: 'data', reason: 'It is empty.' }),
      ]}
    />,
  );
  expect(screen.getByText('csv, delimiter tab, cp1252')).toBeInTheDocument();
  expect(screen.getByText('json, records under data, It is empty.')).toBeInTheDocument();
});

it('takes a skipped file, and skips one that is taken', async () => {
  const image = { file: 'c.png', format: null, skipped: true, split: null, reason: 'No data.' };
  render(
    <Files
      files={[
        makeImportFile(),
        makeImportFile({ file: 'b.txt', skipped: true, split: null, reason: 'Why.' }),
        makeImportFile(image),
      ]}
    />,
  );
  await userEvent.click(screen.getByRole('checkbox', { name: 'b.txt' }));
  expect(screen.getByLabelText('Split of b.txt')).toHaveValue('train');
  await userEvent.click(screen.getByRole('checkbox', { name: 'a.txt' }));
  expect(screen.getByText('Skipped. You left it out.')).toBeInTheDocument();
  expect(screen.getByRole('checkbox', { name: 'c.png' })).toBeDisabled();
});

it('shows the first of very many', () => {
  render(<Files files={Array.from({ length: 1_250 }, (_, at) => makeImportFile({ file: `${at}.txt` }))} />);
  expect(screen.getAllByRole('checkbox')).toHaveLength(200);
  expect(screen.getByText('And 1,050 more files.')).toBeInTheDocument();
});
