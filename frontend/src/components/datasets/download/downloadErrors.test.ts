import { ApiError } from '../../../api/errors';
import { downloadErrors, type DownloadField, hasOptionErrors } from './downloadErrors';

function refusal(code: string, more: Partial<ConstructorParameters<typeof ApiError>[0]> = {}): ApiError {
  return new ApiError({ status: 422, code, detail: 'Why not.', ...more });
}

it.each<[string, DownloadField]>([
  ['not_found', 'repo_id'],
  ['exists', 'repo_id'],
  ['disk_full', 'repo_id'],
  ['hub_unreachable', 'repo_id'],
  ['auth_required', 'access_token'],
  ['gated', 'access_token'],
  ['bad_token', 'access_token'],
  ['config_required', 'config'],
  ['unknown_config', 'config'],
  ['unknown_split', 'splits'],
  ['unknown_revision', 'revision'],
  ['unknown_column', 'text_column'],
])('puts %s under %s', (code, field) => {
  expect(Object.keys(downloadErrors(refusal(code)))).toEqual([field]);
});

it('brings the choices, and the dataset that is there already', () => {
  const config = downloadErrors(refusal('unknown_config', { extra: { choices: ['en', 'de'] } })).config;
  expect(config).toEqual({ message: 'Why not.', choices: ['en', 'de'], existingId: null });
  const repository = downloadErrors(refusal('exists', { extra: { dataset_id: 'ds_9' } })).repo_id;
  expect(repository?.existingId).toBe('ds_9');
});

it('puts what names fields under them', () => {
  const errors = [
    { field: 'body.splits.0', message: 'Too long.' },
    { field: 'repo_id', message: 'Wrong.' },
    { field: 'body.surprise', message: 'What?' },
  ];
  const found = downloadErrors(refusal('validation_error', { errors }));
  expect(found.splits?.message).toBe('Too long.');
  expect(found.repo_id?.message).toBe('Wrong.');
});

it('knows what stands behind Options', () => {
  expect(hasOptionErrors(downloadErrors(refusal('unknown_split')))).toBe(true);
  expect(hasOptionErrors(downloadErrors(refusal('gated')))).toBe(false);
});
