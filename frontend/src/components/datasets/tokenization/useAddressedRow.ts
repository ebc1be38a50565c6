import { useState } from 'react';

import { showInDataset, useRoute } from '../../../hooks/useRoute';
import type { RowRef } from '../../../utils/route';

interface AddressedRow {
  readonly place: RowRef;
  readonly setPlace: (place: RowRef) => void;
  /** The position whose token is traced; null: none. */
  readonly position: number | null;
  readonly setPosition: (position: number) => void;
}

/** Return the written row and the token that the address names, so that a link shows them; the first row by default. */
export function useAddressedRow(firstSplit: string): AddressedRow {
  const route = useRoute();
  // Without a dataset in the address, the row is the component's own.
  const [own, setOwn] = useState<{ tokenRow: RowRef | null; token: number | null }>({
    tokenRow: null,
    token: null,
  });
  const { tokenRow, token } = route.view === 'dataset' ? route : own;
  const place = tokenRow ?? { split: firstSplit, row: 0 };
  const show = (next: RowRef, position: number | null): void => {
    const change = { tokenRow: next, token: position };
    if (route.view === 'dataset') showInDataset({ ...route, ...change });
    else setOwn(change);
  };
  return {
    place,
    setPlace: (next) => show(next, null),
    position: token,
    setPosition: (position) => show(place, position),
  };
}
