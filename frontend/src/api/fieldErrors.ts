/** Sorts a refusal of the API under the fields of a form. */
import type { ApiError } from './errors';

export type FieldErrors<Field extends string> = Partial<Readonly<Record<Field, string>>>;

/** The field of each refusal for which the server names none. */
const FIELD_OF_CODE: Readonly<Record<string, string>> = {
  not_found: 'tokenizer',
  no_tokenizer: 'tokenizer',
  unsupported_tokenizer: 'tokenizer',
  auth_required: 'access_token',
  gated: 'access_token',
  bad_token: 'access_token',
  config_required: 'config',
  unknown_config: 'config',
  unknown_split: 'splits',
  unknown_revision: 'revision',
  unknown_column: 'text_column',
  chat_template_failed: 'apply_chat_template',
};

/** Return the message for each of a form's `fields` that `error` is about; none if it is about no field. */
export function listFieldErrors<Field extends string>(
  error: ApiError,
  fields: readonly Field[],
): FieldErrors<Field> {
  const named = error.errors.flatMap(({ field: path, message }) => {
    // `body.splits.0` is about `splits`.
    const field = fields.find((name) => path.split('.').includes(name));
    return field === undefined ? [] : [[field, message] as const];
  });
  return Object.fromEntries(named.length > 0 ? named : findByCode(error, fields)) as FieldErrors<Field>;
}

function findByCode<Field extends string>(
  { code, detail }: ApiError,
  fields: readonly Field[],
): (readonly [Field, string])[] {
  return fields.filter((name) => name === FIELD_OF_CODE[code]).map((field) => [field, detail]);
}
