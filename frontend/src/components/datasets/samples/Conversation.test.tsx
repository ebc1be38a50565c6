import { render, screen, within } from '@testing-library/react';

import { Conversation } from './Conversation';

const QUESTION = { role: 'user', text: 'How warm is it?', calls: [] };
const CALL = { role: 'assistant', text: '', calls: [{ name: 'weather', args: '{"city": "Oslo"}' }] };

it('shows a bubble for each message, in order, with role and text', () => {
  render(
    <Conversation
      label="Messages"
      messages={[QUESTION, { ...QUESTION, role: 'assistant', text: 'Cold.' }]}
    />,
  );
  const bubbles = within(screen.getByRole('list', { name: 'Messages' })).getAllByRole('listitem');
  expect(bubbles.map((bubble) => bubble.textContent)).toEqual(['userHow warm is it?', 'assistantCold.']);
});

it('shows tool calls with their arguments', () => {
  render(<Conversation label="Messages" messages={[CALL]} />);
  expect(screen.getByRole('listitem')).toHaveTextContent('weather({"city": "Oslo"})');
});
