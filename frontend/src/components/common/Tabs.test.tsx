import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { FileText } from 'lucide-react';
import { useState } from 'react';

import { Tabs } from './Tabs';

const TABS = ['one', 'two', 'three'].map((id) => ({ id, label: id, icon: FileText }));

function Page() {
  const [active, setActive] = useState('one');
  return <Tabs label="Parts" tabs={TABS} active={active} onSelect={setActive} />;
}

it('marks the active tab, and is one tab stop', async () => {
  render(<Page />);
  expect(screen.getByRole('tablist', { name: 'Parts' })).toHaveClass('flex', 'px-6');
  const active = screen.getByRole('tab', { selected: true });
  expect(active).toHaveClass('px-4', 'py-3', 'border-b-2', 'border-emerald-500', 'text-emerald-400');
  expect(screen.getByRole('tab', { name: 'two' })).toHaveClass('border-transparent', 'text-slate-400');
  await userEvent.tab();
  expect(active).toHaveFocus();
  await userEvent.tab();
  expect(document.body).toHaveFocus();
});

it.each([
  ['{ArrowRight}', 'two'],
  ['{ArrowLeft}', 'three'],
  ['{End}', 'three'],
  ['{End}{Home}', 'one'],
  ['{End}{ArrowRight}', 'one'],
  ['x', 'one'],
])('goes with %s to %s', async (keys, name) => {
  render(<Page />);
  await userEvent.tab();
  await userEvent.keyboard(keys);
  expect(screen.getByRole('tab', { selected: true })).toHaveAccessibleName(name);
  expect(screen.getByRole('tab', { selected: true })).toHaveFocus();
});

it('selects the clicked tab', async () => {
  render(<Page />);
  await userEvent.click(screen.getByRole('tab', { name: 'two' }));
  expect(screen.getByRole('tab', { selected: true })).toHaveAccessibleName('two');
});
