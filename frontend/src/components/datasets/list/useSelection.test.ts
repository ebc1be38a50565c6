import { act, renderHook } from '@testing-library/react';

import { useDatasetsStore } from '../../../stores/datasetsStore';
import { makeDataset } from '../../../test/fixtures';
import { useSelection } from './useSelection';

it('selects existing datasets, one by one or all', () => {
  const other = makeDataset({ id: 'ds_2' });
  useDatasetsStore.setState({ datasets: [makeDataset(), other], loaded: true });
  const { result } = renderHook(useSelection);
  expect([result.current.active, result.current.has('ds_1')]).toEqual([false, false]);
  act(() => result.current.start());
  act(() => result.current.toggle('ds_1'));
  expect([result.current.has('ds_1'), result.current.selectedDatasets]).toEqual([true, [makeDataset()]]);
  act(() => result.current.toggle('ds_1'));
  expect(result.current).toMatchObject({ active: true, selectedDatasets: [] });
  act(() => result.current.selectAll());
  act(() => useDatasetsStore.setState({ datasets: [other] }));
  expect(result.current.selectedDatasets).toEqual([other]);
  act(() => result.current.stop());
  expect(result.current).toMatchObject({ active: false, selectedDatasets: [] });
});
