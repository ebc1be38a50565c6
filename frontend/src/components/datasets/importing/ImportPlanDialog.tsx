import { useState } from 'react';

import { type ImportState, useImportStore } from '../../../stores/importStore';
import { formatPlural } from '../../../utils/formatters';
import { Button } from '../../common/Button';
import { Dialog } from '../../common/Dialog';
import { DialogHeader } from '../../common/DialogHeader';
import { FormButtons } from '../../common/FormButtons';
import { SelectField } from '../../common/SelectField';
import { ImportPlanFiles } from './ImportPlanFiles';
import { ImportPlanOptions } from './ImportPlanOptions';
import { useImportPlan } from './useImportPlan';

type Planned = Extract<ImportState, { kind: 'planned' }>;
type ChoosingConfig = Extract<ImportState, { kind: 'choosing_config' }>;

/** Shows what an import would take as what, to be changed or confirmed; nothing without a plan. */
export function ImportPlanDialog() {
  const { state, dismiss } = useImportStore();
  if (state.kind !== 'planned' && state.kind !== 'choosing_config') {
    return null;
  }
  return (
    <Dialog labelledBy="import-plan-title" onClose={dismiss} width="max-w-4xl">
      <DialogHeader id="import-plan-title" title={`Import ${state.label}`} onClose={dismiss}>
        {state.kind === 'planned' ? summarize(state) : 'Its card declares several configs. Choose one.'}
      </DialogHeader>
      {state.kind === 'planned' ? <Plan state={state} /> : <ConfigChoice state={state} />}
    </Dialog>
  );
}

function summarize({ plan }: Planned): string {
  const skipped = plan.files.filter((file) => file.skipped).length;
  const taken = `${formatPlural(plan.files.length - skipped, 'file')} to import`;
  const byCard = plan.config === null ? '' : ` by the config ${plan.config} of the card`;
  return `${taken}${byCard}${skipped === 0 ? '' : `, ${skipped} skipped`}.`;
}

function Plan({ state }: { readonly state: Planned }) {
  const { importFiles, dismiss, textColumn } = useImportStore();
  const form = useImportPlan(state.plan, textColumn);
  return (
    <form
      className="p-6 space-y-6 overflow-y-auto"
      onSubmit={(event) => {
        event.preventDefault();
        void importFiles(state.files, form.choices);
      }}
    >
      <ImportPlanOptions form={form} suggestedName={state.plan.name} />
      <ImportPlanFiles form={form} />
      <FormButtons label="Import" disabled={!form.canImport} onCancel={dismiss} />
    </form>
  );
}

function ConfigChoice({ state }: { readonly state: ChoosingConfig }) {
  const { planImport } = useImportStore();
  const [config, setConfig] = useState(state.configs[0] ?? '');
  const choices = state.configs.map((name) => [name, name] as const);
  return (
    <form
      className="p-6 space-y-6"
      onSubmit={(event) => {
        event.preventDefault();
        void planImport(state.files, config);
      }}
    >
      <SelectField id="import-config" label="Config" value={config} choices={choices} onChange={setConfig} />
      <Button look="apply" type="submit">
        Continue
      </Button>
    </form>
  );
}
