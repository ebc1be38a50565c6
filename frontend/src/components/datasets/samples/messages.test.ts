import { readMessages } from './messages';

it('reads roles, texts and tool calls', () => {
  const calls = [{ function: { name: 'add', arguments: { a: 2, b: [3, 'x'] } } }, null];
  expect(
    readMessages([
      { role: 'user', content: [{ type: 'text', text: 'What ' }, 'is it?', { type: 'image' }] },
      { role: 'assistant', content: null, tool_calls: calls },
      { role: 'assistant', function_call: { name: 'f', arguments: '{"x":1}' } },
      { from: 'gpt', value: 'Hello' },
      null,
      '… 3 more',
    ]),
  ).toEqual([
    { role: 'user', text: 'What is it?', calls: [] },
    { role: 'assistant', text: '', calls: [{ name: 'add', args: '{"a":2,"b":[3,"x"]}' }] },
    { role: 'assistant', text: '', calls: [{ name: 'f', args: '{"x":1}' }] },
    { role: 'gpt', text: 'Hello', calls: [] },
    { role: '', text: '… 3 more', calls: [] },
  ]);
});

it.each([
  [[]],
  [null],
  ['user: Hi'],
  [[{ a: 1 }]],
  [[{ role: 'user' }]],
  [[1]],
  [{ role: 'user', content: 'Hi' }],
])('takes nothing else for a conversation: %j', (value) => {
  expect(readMessages(value)).toBeNull();
});
