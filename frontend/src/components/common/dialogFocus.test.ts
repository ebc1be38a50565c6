import { findFocusFallbacks, restoreFocus } from './dialogFocus';

function getElement(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`No element has the id ${id}.`);
  return element;
}

beforeEach(() => {
  document.body.innerHTML = `
    <main id="main" tabindex="-1">
      <ul>
        <li><button id="before">Before</button></li>
        <li><button id="opener">Opener</button></li>
        <li><button id="after">After</button></li>
      </ul>
    </main>`;
});

it('prefers the named element', () => {
  restoreFocus('after', findFocusFallbacks(getElement('opener')));
  expect(getElement('after')).toHaveFocus();
});

it('falls back to the opener if the named element is missing', () => {
  restoreFocus('missing', findFocusFallbacks(getElement('opener')));
  expect(getElement('opener')).toHaveFocus();
});

it.each([
  ['after', ['opener']],
  ['before', ['opener', 'after']],
  ['main', ['opener', 'after', 'before']],
])('focuses #%s after %j are removed', (expected, removed) => {
  const fallbacks = findFocusFallbacks(getElement('opener'));
  for (const id of removed) getElement(id).remove();
  restoreFocus(undefined, fallbacks);
  expect(getElement(expected)).toHaveFocus();
});

it('focuses the tab panel of the dialog that is still open, or else the dialog', () => {
  document.body.insertAdjacentHTML(
    'beforeend',
    '<div role="dialog" id="dialog" tabindex="-1"><div role="tabpanel" id="panel" tabindex="0"></div></div>',
  );
  restoreFocus(undefined, []);
  expect(getElement('panel')).toHaveFocus();
  getElement('panel').remove();
  restoreFocus(undefined, []);
  expect(getElement('dialog')).toHaveFocus();
});
