import { type PartValues, toPartFields, toPartQuery, validatePart, WHOLE } from './part';

it.each<[Partial<PartValues>, object, object]>([
  [{}, {}, {}],
  [{ amount: 'rows', amount_value: '100,000' }, { amount: { kind: 'rows', rows: 100000 } }, { rows: 100000 }],
  [
    { amount: 'bytes', amount_value: '0.5', order: 'random', seed: '7' },
    { amount: { kind: 'bytes', bytes: 536870912 }, order: 'random', seed: 7 },
    { max_bytes: 536870912, order: 'random', seed: 7 },
  ],
  [{ columns: 'text, url,' }, { columns: ['text', 'url'] }, { columns: ['text', 'url'] }],
  [{ order: 'random', seed: '7' }, {}, {}],
])('turns %j into the request and the query', (changes, fields, query) => {
  const values = { ...WHOLE, ...changes };
  expect(validatePart(values)).toBeNull();
  expect(toPartFields(values)).toEqual(fields);
  expect(toPartQuery(values)).toEqual(query);
});

it.each<[Partial<PartValues>, RegExp]>([
  [{ amount: 'rows', amount_value: '' }, /whole number of rows/],
  [{ amount: 'rows', amount_value: '1.5' }, /whole number of rows/],
  [{ amount: 'bytes', amount_value: 'much' }, /size in GB/],
  [{ amount: 'rows', amount_value: '5', order: 'random', seed: '-1' }, /seed/],
])('says what is wrong with %j', (changes, message) => {
  expect(validatePart({ ...WHOLE, ...changes })).toMatch(message);
});
