import { copyText } from './clipboard';

afterEach(() => {
  Reflect.deleteProperty(navigator, 'clipboard');
  Reflect.deleteProperty(document, 'execCommand');
});

function define(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, configurable: true });
}

it('uses the browser’s clipboard if there is one', async () => {
  const writeText = jest.fn(() => Promise.resolve());
  define(navigator, 'clipboard', { writeText });
  await copyText('text');
  expect(writeText).toHaveBeenCalledWith('text');
});

it('copies a selection otherwise, and returns the focus', async () => {
  const selected: string[] = [];
  define(document, 'execCommand', () => {
    selected.push((document.activeElement as HTMLTextAreaElement).value);
    return true;
  });
  document.body.innerHTML = '<div role="dialog"><button>Copy</button></div>';
  const button = document.querySelector('button');
  button?.focus();
  await copyText('text');
  expect(selected).toEqual(['text']);
  expect(button).toHaveFocus();
  expect(document.querySelector('textarea')).toBeNull();
});

it('throws if the browser allows neither', async () => {
  define(document, 'execCommand', () => false);
  await expect(copyText('text')).rejects.toThrow('clipboard');
});
