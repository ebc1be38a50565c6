import { act, fireEvent, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { type ReactNode, useState } from 'react';
import { flushSync } from 'react-dom';

import { Dialog } from './Dialog';

function Page({ returnFocusTo }: { readonly returnFocusTo?: string }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button onClick={() => setOpen(true)}>Open</button>
      <button id="elsewhere">Elsewhere</button>
      {open && (
        <Dialog
          labelledBy="title"
          onClose={() => setOpen(false)}
          {...(returnFocusTo === undefined ? {} : { returnFocusTo })}
        >
          <h2 id="title">Title</h2>
          <button>First</button>
          <button disabled>Never</button>
          <button>Last</button>
        </Dialog>
      )}
    </>
  );
}

async function open(returnFocusTo?: string) {
  const user = userEvent.setup();
  render(<Page {...(returnFocusTo === undefined ? {} : { returnFocusTo })} />);
  await user.click(screen.getByRole('button', { name: 'Open' }));
  return { user, dialog: screen.getByRole('dialog', { name: 'Title' }) };
}

it('is modal, takes the focus and returns it', async () => {
  const { user, dialog } = await open();
  expect(dialog).toHaveAttribute('aria-modal', 'true');
  expect(dialog).toHaveAttribute('open');
  expect(dialog).toHaveFocus();
  await user.keyboard('{Escape}');
  expect(screen.queryByRole('dialog')).toBeNull();
  expect(screen.getByRole('button', { name: 'Open' })).toHaveFocus();
});

it('returns the focus to the element that it names', async () => {
  const { user } = await open('elsewhere');
  await user.keyboard('{Escape}');
  expect(screen.getByRole('button', { name: 'Elsewhere' })).toHaveFocus();
});

it('closes by a press on the backdrop, not by one inside', async () => {
  const { user, dialog } = await open();
  await user.click(screen.getByText('Title'));
  expect(dialog).toBeInTheDocument();
  await user.click(screen.getByRole('presentation'));
  expect(screen.queryByRole('dialog')).toBeNull();
});

it('closes by a press that the browser reports on the dialog element itself', async () => {
  const { user, dialog } = await open();
  await user.click(dialog);
  expect(screen.queryByRole('dialog')).toBeNull();
});

it('stays open when a browser closes it without asking', () => {
  render(
    <Dialog labelledBy="title" onClose={jest.fn()}>
      <h2 id="title">Title</h2>
    </Dialog>,
  );
  const dialog = screen.getByRole<HTMLDialogElement>('dialog');
  dialog.close();
  fireEvent(dialog, new Event('close'));
  expect(dialog).toHaveAttribute('open');
  expect(dialog).toHaveFocus();
});

it('focuses the page’s main part if the opener was removed', async () => {
  const stages = [
    <main key="page" tabIndex={-1}>
      <button>Delete</button>
    </main>,
    <main key="page" tabIndex={-1} />,
  ];
  const dialog = (
    <Dialog key="dialog" labelledBy="title" onClose={jest.fn()}>
      <h2 id="title">Title</h2>
    </Dialog>
  );
  const { rerender } = render(<>{stages[0]}</>);
  await userEvent.click(screen.getByRole('button', { name: 'Delete' }));
  rerender(<>{[stages[0], dialog]}</>);
  rerender(<>{[stages[1], dialog]}</>);
  rerender(<>{stages[1]}</>);
  expect(screen.getByRole('main')).toHaveFocus();
});

function Windows({ onClose }: { readonly onClose: () => void }) {
  const [isAsking, setIsAsking] = useState(false);
  const [isDeleted, setIsDeleted] = useState(false);
  return (
    <main tabIndex={-1}>
      <Dialog labelledBy="outer" onClose={onClose}>
        <h2 id="outer">Outer</h2>
        <div role="tabpanel" aria-label="Part" tabIndex={0}>
          {!isDeleted && <button onClick={() => setIsAsking(true)}>Delete</button>}
        </div>
      </Dialog>
      {isAsking && (
        <Dialog labelledBy="inner" onClose={() => setIsAsking(false)}>
          <h2 id="inner">Inner</h2>
          <button
            onClick={() => {
              setIsDeleted(true);
              setIsAsking(false);
            }}
          >
            Yes
          </button>
        </Dialog>
      )}
    </main>
  );
}

it('focuses the dialog that is still open if the opener was removed', async () => {
  const user = userEvent.setup();
  const onClose = jest.fn();
  render(<Windows onClose={onClose} />);
  await user.click(screen.getByRole('button', { name: 'Delete' }));
  await user.click(screen.getByRole('button', { name: 'Yes' }));
  expect(screen.getByRole('tabpanel', { name: 'Part' })).toHaveFocus();
  await user.keyboard('{Escape}');
  expect(onClose).toHaveBeenCalledTimes(1);
});

it('closes the topmost dialog on Escape, wherever the focus is', async () => {
  const user = userEvent.setup();
  const onClose = jest.fn();
  render(<Windows onClose={onClose} />);
  await user.click(screen.getByRole('button', { name: 'Delete' }));
  screen.getByRole('button', { name: 'Yes' }).blur();
  act(() => (document.activeElement as HTMLElement).blur());
  await user.keyboard('{Escape}');
  expect(screen.queryByRole('dialog', { name: 'Inner' })).toBeNull();
  expect(onClose).not.toHaveBeenCalled();
});

it('focuses the next list item if the opener’s was removed, or else the previous one', async () => {
  const entries = (names: readonly string[]) => (
    <ul key="list">
      {names.map((name) => (
        <li key={name}>
          <article tabIndex={-1} aria-label={name}>
            <button>Delete {name}</button>
          </article>
        </li>
      ))}
    </ul>
  );
  const dialog = (
    <Dialog key="dialog" labelledBy="title" onClose={jest.fn()}>
      <h2 id="title">Title</h2>
    </Dialog>
  );
  const { rerender } = render(entries(['one', 'two', 'three']));
  const deleteEntry = async (name: string, namesAfter: readonly string[], namesBefore: readonly string[]) => {
    await userEvent.click(screen.getByRole('button', { name: `Delete ${name}` }));
    rerender(<>{[entries(namesBefore), dialog]}</>);
    rerender(<>{[entries(namesAfter), dialog]}</>);
    rerender(<>{[entries(namesAfter)]}</>);
  };
  rerender(<>{[entries(['one', 'two', 'three'])]}</>);
  await deleteEntry('two', ['one', 'three'], ['one', 'two', 'three']);
  expect(screen.getByRole('article', { name: 'three' })).toHaveFocus();
  await deleteEntry('three', ['one'], ['one', 'three']);
  expect(screen.getByRole('article', { name: 'one' })).toHaveFocus();
});

function Stacked({ onBelow }: { readonly onBelow: () => void }) {
  const [open, setOpen] = useState(true);
  const [close] = useState(() => () => flushSync(() => setOpen(false)));
  return (
    <>
      <Dialog labelledBy="below" onClose={onBelow}>
        <h2 id="below">Below</h2>
      </Dialog>
      {open && (
        <Dialog labelledBy="above" onClose={close}>
          <h2 id="above">Above</h2>
        </Dialog>
      )}
    </>
  );
}

it('closes only one dialog for one press of Escape', () => {
  const { rerender } = render(<Stacked onBelow={jest.fn()} />);
  const onBelow = jest.fn();
  // Only the dialog below gets a new callback.
  rerender(<Stacked onBelow={onBelow} />);
  act(() => {
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
  });
  expect(screen.queryByRole('dialog', { name: 'Above' })).toBeNull();
  expect(onBelow).not.toHaveBeenCalled();
});

it('stays open while a dialog that was opened from inside it closes', async () => {
  const closeOuter = jest.fn();
  const closeInner = jest.fn();
  const inner = (
    <Dialog labelledBy="inner" onClose={closeInner}>
      <h2 id="inner">Inner</h2>
    </Dialog>
  );
  const renderOuter = (children: ReactNode) => (
    <Dialog labelledBy="outer" onClose={closeOuter}>
      <h2 id="outer">Outer</h2>
      {children}
    </Dialog>
  );
  const { rerender } = render(renderOuter(null));
  rerender(renderOuter(inner));
  await userEvent.keyboard('{Escape}');
  expect(closeInner).toHaveBeenCalledTimes(1);
  expect(closeOuter).not.toHaveBeenCalled();
});

it('keeps its height whatever is inside, if asked to', () => {
  render(
    <Dialog labelledBy="title" onClose={jest.fn()} fixedHeight>
      <h2 id="title">Title</h2>
    </Dialog>,
  );
  expect(screen.getByRole('dialog')).toHaveClass('h-[90vh]');
});
