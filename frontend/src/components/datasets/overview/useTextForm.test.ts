import { act, renderHook } from '@testing-library/react';

import { ApiError } from '../../../api/errors';
import { useDetailStore } from '../../../stores/detailStore';
import { makeDataset } from '../../../test/fixtures';
import { useTextForm } from './useTextForm';

const updateDataset = jest.fn();

beforeEach(() => {
  updateDataset.mockReset();
  useDetailStore.setState({ updateDataset });
});

it('saves the column, or the template in its place', async () => {
  const onSaved = jest.fn();
  const { result } = renderHook(() => useTextForm(makeDataset(), onSaved));
  expect(result.current).toMatchObject({ column: 'text', template: '', saving: false, errors: {} });
  await act(() => result.current.save());
  act(() => result.current.setTemplate('{id}'));
  await act(() => result.current.save());
  expect(updateDataset.mock.calls).toEqual([[{ text_column: 'text' }], [{ text_template: '{id}' }]]);
  expect(onSaved).toHaveBeenCalledTimes(2);
});

it('sorts a refusal under its field', async () => {
  const errors = [{ field: 'text_column', message: 'It holds no text.' }];
  updateDataset.mockRejectedValue(
    new ApiError({ status: 422, code: 'unknown_column', detail: 'No.', errors }),
  );
  const onSaved = jest.fn();
  const { result } = renderHook(() => useTextForm(makeDataset(), onSaved));
  await act(() => result.current.save());
  expect(result.current).toMatchObject({ errors: { text_column: 'It holds no text.' }, failure: null });
  expect(onSaved).not.toHaveBeenCalled();
});
