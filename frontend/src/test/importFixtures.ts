/** Plans of imports for tests. */
import type { ImportFile, ImportPlan } from '../types/dataset';

export function makeImportFile(changes: Partial<ImportFile> = {}): ImportFile {
  return {
    file: 'a.txt',
    split: 'train',
    format: 'text',
    encoding: 'utf-8',
    delimiter: null,
    quote: null,
    field: null,
    sample_by: 'line',
    options: {},
    text_column: 'text',
    columns: ['text'],
    skipped: false,
    reason: null,
    features: {},
    ...changes,
  };
}

export function makeImportPlan(changes: Partial<ImportPlan> = {}): ImportPlan {
  return { name: 'a', config: null, configs: [], files: [makeImportFile()], ...changes };
}
