import { useState } from 'react';

import type { ImportChoices } from '../../../api/upload';
import type { ImportFile, ImportPlan } from '../../../types/dataset';

/** The options that the user sets for all files of their formats; an empty text keeps what the plan says. */
export interface FileOptionValues {
  readonly delimiter: string;
  readonly encoding: string;
  readonly field: string;
  readonly sample_by: '' | 'line' | 'paragraph' | 'file';
}

export type FileOptionName = keyof FileOptionValues;

export type FileChanges = Partial<Pick<ImportFile, 'split' | 'skipped' | 'reason'>>;

interface FormState {
  readonly name: string;
  readonly textColumn: string;
  readonly options: FileOptionValues;
  readonly files: readonly ImportFile[];
}

export interface ImportPlanForm extends FormState {
  /** The columns of the files that are read. */
  readonly columns: readonly string[];
  /** The text column that the first rows suggest, if they agree. */
  readonly suggestedColumn: string | null;
  /** Whether any file that is read has this option. */
  readonly hasOption: (name: FileOptionName) => boolean;
  readonly canImport: boolean;
  readonly choices: ImportChoices;
  readonly change: (changes: Partial<Omit<FormState, 'files'>>) => void;
  /** Change the file at `index` of the plan. */
  readonly changeFile: (index: number, changes: FileChanges) => void;
}

/** The formats that each option applies to. */
const FORMATS: Readonly<Record<FileOptionName, readonly ImportFile['format'][]>> = {
  delimiter: ['csv'],
  encoding: ['csv', 'json', 'text'],
  field: ['json'],
  sample_by: ['text'],
};
const OPTION_NAMES = Object.keys(FORMATS) as FileOptionName[];
const NO_OPTIONS: FileOptionValues = { delimiter: '', encoding: '', field: '', sample_by: '' };
const SPLIT = /^[\p{L}\p{N}_]+(\.[\p{L}\p{N}_]+)*$/u;

/** The user's changes to the plan of an import; `textColumn` is what was chosen before. */
export function useImportPlan(plan: ImportPlan, textColumn = ''): ImportPlanForm {
  const [state, setState] = useState<FormState>({
    name: '',
    textColumn,
    options: NO_OPTIONS,
    files: plan.files,
  });
  const taken = state.files.filter(({ skipped }) => !skipped);
  const suggested = [...new Set(taken.map(({ text_column: column }) => column))];
  return {
    ...state,
    columns: [...new Set(taken.flatMap(({ columns }) => columns))],
    suggestedColumn: suggested.length === 1 ? (suggested[0] ?? null) : null,
    hasOption: (name) => taken.some(({ format }) => FORMATS[name].includes(format)),
    canImport: taken.length > 0 && taken.every(({ split }) => isSplit(split)),
    choices: {
      name: state.name.trim(),
      config: plan.config,
      textColumn: state.textColumn,
      plan: state.files.map((file) => applyOptions(file, state.options)),
    },
    change: (changes) => setState((current) => ({ ...current, ...changes })),
    changeFile: (index, changes) =>
      setState((current) => ({
        ...current,
        files: current.files.map((file, at) => (at === index ? { ...file, ...changes } : file)),
      })),
  };
}

/** Return whether `split` can be the name of a split. */
export function isSplit(split: string | null): boolean {
  return split !== null && SPLIT.test(split);
}

function applyOptions(file: ImportFile, options: FileOptionValues): ImportFile {
  const set = OPTION_NAMES.filter((name) => options[name] !== '' && FORMATS[name].includes(file.format));
  return { ...file, ...Object.fromEntries(set.map((name) => [name, options[name]])) };
}
