/** A call of a tool; `args` is JSON. */
export interface ToolCall {
  readonly name: string;
  readonly args: string;
}

/** One message of a conversation, as a bubble shows it. */
export interface Message {
  readonly role: string;
  readonly text: string;
  readonly calls: readonly ToolCall[];
}

/** The messages of a value, or null if it is no conversation. */
export function readMessages(value: unknown): Message[] | null {
  if (!Array.isArray(value)) return null;
  const items: unknown[] = value.filter((item) => item !== null);
  const messages = items.map(readMessage).filter((message) => message !== null);
  return messages.length > 0 && messages.length === items.length ? messages : null;
}

function readMessage(value: unknown): Message | null {
  // A list that the server cut ends with a note of how much is missing.
  if (typeof value === 'string' && value.startsWith('… ')) return { role: '', text: value, calls: [] };
  if (!isObject(value)) return null;
  const role = value.role ?? value.from;
  if (typeof role !== 'string') return null;
  const keys = ['content', 'value', 'tool_calls', 'function_call'];
  if (!keys.some((key) => key in value)) return null;
  return { role, text: readContent(value.content ?? value.value), calls: readCalls(value) };
}

function readContent(content: unknown): string {
  if (content === null || content === undefined) return '';
  if (Array.isArray(content)) return content.map(readPart).join('');
  return formatJson(content);
}

function readPart(part: unknown): string {
  if (typeof part === 'string') return part;
  const text = isObject(part) ? part.text : null;
  return typeof text === 'string' ? text : '';
}

function readCalls(message: Readonly<Record<string, unknown>>): ToolCall[] {
  const listed: unknown[] = Array.isArray(message.tool_calls) ? message.tool_calls : [];
  return [...listed, message.function_call].filter(isObject).map((call) => {
    const called = isObject(call.function) ? call.function : call;
    const { name, arguments: args } = called;
    return {
      name: typeof name === 'string' ? name : '',
      args: args === null || args === undefined ? '' : formatJson(args),
    };
  });
}

function formatJson(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
