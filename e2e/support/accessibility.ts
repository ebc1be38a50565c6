/** What axe-core finds on a page: nothing is right, but for the two pairs of colours that the design gives. */
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';

/** Text and what is behind it: slate-500 on a tile, and slate-100 on emerald-600. */
const GIVEN = ['#62748e on #131c30', '#f1f5f9 on #009966'];

interface Contrast {
  readonly fgColor?: string;
  readonly bgColor?: string;
}

/** Every rule that the page breaks, with the element that breaks it. */
export async function violations(page: Page): Promise<string[]> {
  // One frame is all there is, and the other mode opens a page of its own for each look.
  const { violations: found } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  return found.flatMap(({ id, nodes }) =>
    nodes
      .map(({ any, target }) => ({ colours: coloursOf(any[0]?.data as Contrast | undefined), target }))
      .filter(({ colours }) => id !== 'color-contrast' || !GIVEN.includes(colours))
      .map(({ colours, target }) => `${id}: ${target.join(' ')} ${colours}`),
  );
}

function coloursOf(contrast: Contrast | null | undefined): string {
  return contrast?.fgColor === undefined ? '' : `${contrast.fgColor} on ${contrast.bgColor ?? '?'}`;
}
