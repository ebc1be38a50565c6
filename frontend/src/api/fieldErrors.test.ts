import { ApiError } from './errors';
import { listFieldErrors } from './fieldErrors';

const FIELDS = [
  'repo_id',
  'tokenizer',
  'access_token',
  'config',
  'splits',
  'revision',
  'text_column',
  'apply_chat_template',
] as const;

function makeRefusal(code: string, errors: ApiError['errors'] = []): ApiError {
  return new ApiError({ status: 422, code, detail: 'Why not.', errors });
}

it.each([
  ['not_found', 'tokenizer'],
  ['no_tokenizer', 'tokenizer'],
  ['unsupported_tokenizer', 'tokenizer'],
  ['auth_required', 'access_token'],
  ['gated', 'access_token'],
  ['bad_token', 'access_token'],
  ['config_required', 'config'],
  ['unknown_config', 'config'],
  ['unknown_split', 'splits'],
  ['unknown_revision', 'revision'],
  ['unknown_column', 'text_column'],
  ['chat_template_failed', 'apply_chat_template'],
])('puts %s under %s', (code, field) => {
  expect(listFieldErrors(makeRefusal(code), FIELDS)).toEqual({ [field]: 'Why not.' });
});

it.each(['exists', 'disk_full', 'hub_unreachable'])('puts %s under no field', (code) => {
  expect(listFieldErrors(makeRefusal(code), FIELDS)).toEqual({});
});

it('ignores a code whose field the form does not have', () => {
  expect(listFieldErrors(makeRefusal('no_tokenizer'), ['repo_id'])).toEqual({});
});

it('prefers the fields that the server names, and ignores those that the form does not have', () => {
  const errors = [
    { field: 'body.splits.0', message: 'Too long.' },
    { field: 'repo_id', message: 'Wrong.' },
    { field: 'body.surprise', message: 'What?' },
  ];
  const found = listFieldErrors(makeRefusal('unknown_config', errors), FIELDS);
  expect(found).toEqual({ splits: 'Too long.', repo_id: 'Wrong.' });
});
