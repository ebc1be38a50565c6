/** How an element looks in the browser, compared with the design's figures. */
import { expect, type Locator } from '@playwright/test';

import type { Look, Style } from '../design/figures.ts';

type Looks = Readonly<Record<string, Look>>;
type Found<Names extends Looks> = Readonly<Record<keyof Names, Locator>>;

interface Origin {
  /** The figures are counted from the corner of this element; left out: from the page's. */
  readonly from?: Locator;
  /** Pixels that a figure may be off. */
  readonly tolerance?: number;
}

interface Measured {
  readonly box: readonly [number, number, number, number];
  readonly style: Readonly<Record<string, string>>;
}

/** Every element has the place, the size and the styles that the design gives it. */
export async function expectLooks<Names extends Looks>(
  expected: Names,
  found: Found<Names>,
  { from, tolerance = 0.6 }: Origin = {},
): Promise<void> {
  const [left, top] = from === undefined ? [0, 0] : (await measured(from)).box;
  const off: string[] = [];
  for (const [name, look] of Object.entries(expected)) {
    const { box, style } = await measured(found[name as keyof Names]);
    const [x, y, width, height] = box;
    off.push(
      ...offBox(name, look, [x - left, y - top, width, height], tolerance),
      ...offStyle(name, look.style, style),
    );
  }
  expect(off).toEqual([]);
}

function offBox(name: string, { box }: Look, shown: Measured['box'], tolerance: number): string[] {
  return ['left', 'top', 'width', 'height'].flatMap((side, index) => {
    const [wanted, is] = [box[index] ?? null, shown[index] ?? 0];
    return wanted === null || Math.abs(wanted - is) <= tolerance
      ? []
      : [`${name}: ${side} is ${is.toFixed(1)}, not ${wanted}`];
  });
}

function offStyle(name: string, wanted: Style, shown: Measured['style']): string[] {
  return Object.entries(wanted).flatMap(([property, value]: [string, string]) => {
    const is = rounded(shown[property] ?? '');
    return is === rounded(value) ? [] : [`${name}: ${property} is ${is}, not ${rounded(value)}`];
  });
}

/** Browsers print mixed colours with more or fewer places. */
function rounded(value: string): string {
  return value.replace(/-?\d+\.\d+/g, (number) => String(Number(Number(number).toFixed(3))));
}

async function measured(element: Locator): Promise<Measured> {
  return element.evaluate((node): Measured => {
    const { left, top, width, height } = node.getBoundingClientRect();
    return {
      box: [left, top, width, height],
      style: Object.fromEntries(Object.entries(getComputedStyle(node))),
    };
  });
}
