/** Accessibility checks without a screen; the browser journeys check the colours. */
import { act } from '@testing-library/react';
import axe from 'axe-core';

/** Return the rules that `element` violates, each with the offending elements. */
export async function findViolations(element: Element = document.body): Promise<string[]> {
  // The check is slow enough for timers to fire meanwhile.
  const { violations } = await act(() =>
    axe.run(element, { rules: { 'color-contrast': { enabled: false } } }),
  );
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}
