import { ApiError } from '../../../api/errors';
import { type DownloadField, hasOptionErrors, toDownloadErrors } from './downloadErrors';

function makeRefusal(code: string, more: Partial<ConstructorParameters<typeof ApiError>[0]> = {}): ApiError {
  return new ApiError({ status: 422, code, detail: 'Why not.', ...more });
}

it.each<[string, DownloadField]>([
  ['gated', 'access_token'],
  ['unknown_config', 'config'],
  ['not_found', 'repo_id'],
  ['exists', 'repo_id'],
  ['disk_full', 'repo_id'],
  ['hub_unreachable', 'repo_id'],
])('shows %s under %s', (code, field) => {
  expect(Object.keys(toDownloadErrors(makeRefusal(code)))).toEqual([field]);
});

it('includes the choices and the dataset that already exists', () => {
  const config = toDownloadErrors(makeRefusal('unknown_config', { extra: { choices: ['en', 'de'] } })).config;
  expect(config).toEqual({ message: 'Why not.', choices: ['en', 'de'], existingId: null });
  const repository = toDownloadErrors(makeRefusal('exists', { extra: { dataset_id: 'ds_9' } })).repo_id;
  expect(repository?.existingId).toBe('ds_9');
});

it('shows each message under the field that the server names', () => {
  const errors = [
    { field: 'body.splits.0', message: 'Too long.' },
    { field: 'repo_id', message: 'Wrong.' },
    { field: 'body.surprise', message: 'What?' },
  ];
  const result = toDownloadErrors(makeRefusal('validation_error', { errors }));
  expect(result.splits?.message).toBe('Too long.');
  expect(result.repo_id?.message).toBe('Wrong.');
});

it('tells whether an error belongs to the options', () => {
  expect(hasOptionErrors(toDownloadErrors(makeRefusal('unknown_split')))).toBe(true);
  expect(hasOptionErrors(toDownloadErrors(makeRefusal('gated')))).toBe(false);
});
