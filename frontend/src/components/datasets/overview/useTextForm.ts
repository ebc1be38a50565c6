import { useState } from 'react';

import { type ApiError, toApiError } from '../../../api/errors';
import { type FieldErrors, listFieldErrors } from '../../../api/fieldErrors';
import { useDetailStore } from '../../../stores/detailStore';
import type { Dataset } from '../../../types/dataset';

type TextField = 'text_column' | 'text_template';

export interface TextForm {
  readonly column: string;
  readonly template: string;
  readonly errors: FieldErrors<TextField>;
  /** A refusal that is about no field. */
  readonly failure: ApiError | null;
  readonly saving: boolean;
  readonly setColumn: (column: string) => void;
  readonly setTemplate: (template: string) => void;
  readonly save: () => Promise<void>;
}

/** Return the form that changes a dataset's text; `onSaved` is called once the server has accepted it. */
export function useTextForm(dataset: Dataset, onSaved: () => void): TextForm {
  const updateDataset = useDetailStore((state) => state.updateDataset);
  const [column, setColumn] = useState(dataset.text_column ?? '');
  const [template, setTemplate] = useState(dataset.text_template ?? '');
  const [refusal, setRefusal] = useState<ApiError | null>(null);
  const [saving, setSaving] = useState(false);
  const errors = refusal === null ? {} : listFieldErrors(refusal, ['text_template', 'text_column']);
  return {
    column,
    template,
    errors,
    failure: Object.keys(errors).length === 0 ? refusal : null,
    saving,
    setColumn,
    setTemplate,
    save: async () => {
      setSaving(true);
      setRefusal(null);
      try {
        await updateDataset(
          template === '' ? { text_column: column === '' ? null : column } : { text_template: template },
        );
        onSaved();
      } catch (error) {
        setRefusal(toApiError(error));
      } finally {
        setSaving(false);
      }
    },
  };
}
