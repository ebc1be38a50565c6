import { ApiError } from '../api/errors';
import { DEFAULT_VALUES } from '../utils/tokenizationValues';
import { useDetailStore } from './detailStore';
import { useTokenizationDraft } from './tokenizationDraft';

const draft = useTokenizationDraft.getState;

beforeEach(() => useDetailStore.getState().open('ds_1'));

it('lives as long as the window', async () => {
  draft().change({ tokenizer: 'gpt2', access_token: 'hf_x' });
  draft().changePreviewText('Hello');
  await useDetailStore.getState().refresh();
  expect(draft()).toMatchObject({ values: { tokenizer: 'gpt2' }, previewText: 'Hello' });
  useDetailStore.getState().close();
  expect(draft()).toMatchObject({ values: DEFAULT_VALUES, previewText: '' });
});

it('is reset for another dataset', async () => {
  draft().change({ tokenizer: 'gpt2' });
  await useDetailStore.getState().open('ds_2');
  expect(draft().values).toBe(DEFAULT_VALUES);
});

it('keeps what is typed meanwhile, and clears the submitted token', () => {
  draft().change({ tokenizer: 'gpt2', access_token: 'hf_x' });
  const { values } = draft();
  draft().startSubmit(values);
  draft().change({ max_length: '8' });
  draft().finishSubmit(values, {});
  expect(draft()).toMatchObject({ submittedValues: null, values: { max_length: '8', access_token: '' } });
  draft().change({ access_token: 'hf_y' });
  const changedValues = draft().values;
  draft().startSubmit(changedValues);
  draft().change({ access_token: 'hf_z' });
  draft().finishSubmit(changedValues, {});
  expect(draft().values.access_token).toBe('hf_z');
});

it('keeps only errors about unchanged values', () => {
  draft().change({ tokenizer: 'no/such', max_length: '8' });
  const { values } = draft();
  draft().startSubmit(values);
  draft().change({ tokenizer: 'gpt2' });
  draft().finishSubmit(values, { errors: { tokenizer: 'There is none.', max_length: 'Too long.' } });
  expect(draft()).toMatchObject({ submittedValues: null, errors: { max_length: 'Too long.' } });
  expect(draft().errors.tokenizer).toBeUndefined();
});

it('ignores the response for a closed window', () => {
  draft().change({ tokenizer: 'gpt2' });
  const { values } = draft();
  draft().startSubmit(values);
  useDetailStore.getState().close();
  draft().finishSubmit(values, {
    failure: new ApiError({ status: 507, code: 'disk_full', detail: 'No room.' }),
  });
  expect(draft().failure).toBeNull();
});
