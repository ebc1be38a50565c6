/** Accessibility as far as it can be seen without a screen: colours are looked at in a real browser. */
import { act } from '@testing-library/react';
import axe from 'axe-core';

/** The rules that `element` breaks, each with the elements at fault. */
export async function findViolations(element: Element = document.body): Promise<string[]> {
  // It takes long enough for timers to fire meanwhile.
  const { violations } = await act(() =>
    axe.run(element, { rules: { 'color-contrast': { enabled: false } } }),
  );
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}
