import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { makeImportFile, makeImportPlan } from '../../../test/importFixtures';
import type { ImportFile } from '../../../types/dataset';
import { ImportPlanOptions } from './ImportPlanOptions';
import { useImportPlan } from './useImportPlan';

function Options({ files }: { readonly files: ImportFile[] }) {
  return <ImportPlanOptions form={useImportPlan(makeImportPlan({ files }))} suggestedName="corpus" />;
}

it('offers the options of the files’ formats', async () => {
  render(<Options files={[makeImportFile({ format: 'json', field: 'data' }), makeImportFile()]} />);
  expect(screen.getByLabelText('Name')).toHaveAttribute('placeholder', 'Default: corpus');
  expect(screen.getByLabelText('Text column')).toHaveAttribute('placeholder', 'Detected: text');
  expect(screen.queryByLabelText('Delimiter of CSV files')).toBeNull();
  const field = screen.getByLabelText('Key of the records in JSON files');
  expect(field).toHaveAttribute('placeholder', 'Detected: data');
  await userEvent.type(field, 'rows');
  await userEvent.type(screen.getByLabelText('Encoding'), 'cp1252');
  await userEvent.type(screen.getByLabelText('Text column'), 'body');
  expect(
    [field, screen.getByLabelText('Encoding')].map((input) => (input as HTMLInputElement).value),
  ).toEqual(['rows', 'cp1252']);
  await userEvent.selectOptions(screen.getByLabelText('Samples of text files'), 'One sample per file');
  expect(screen.getByLabelText('Samples of text files')).toHaveDisplayValue('One sample per file');
});

it('offers a delimiter for CSV files, and nothing for columnar ones', () => {
  const { unmount } = render(<Options files={[makeImportFile({ format: 'csv', delimiter: ';' })]} />);
  expect(screen.getByLabelText('Delimiter of CSV files')).toHaveDisplayValue('As detected');
  unmount();
  render(<Options files={[makeImportFile({ format: 'parquet', encoding: null })]} />);
  expect(screen.queryByLabelText('Encoding')).toBeNull();
});
