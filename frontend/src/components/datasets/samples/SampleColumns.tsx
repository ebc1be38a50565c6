import { formatPlural } from '../../../utils/formatters';
import { Conversation } from './Conversation';
import { type Message, readMessages } from './messages';

interface SampleColumnsProps {
  readonly columns: Readonly<Record<string, unknown>>;
  /** Whether long values are shown in full. */
  readonly open: boolean;
}

/** The sample's other columns: in one line, or each on its own line once expanded, conversations as bubbles. */
export function SampleColumns({ columns, open }: SampleColumnsProps) {
  return Object.entries(columns).map(([name, value]) => {
    const messages = readMessages(value);
    if (open && messages !== null) return <OpenConversation key={name} name={name} messages={messages} />;
    const text = messages === null ? formatValue(value) : formatPlural(messages.length, 'message');
    return (
      <span key={name} className={open ? 'block mt-1 whitespace-pre-wrap' : ''}>
        {open ? '' : ' • '}
        <bdi>{name}</bdi>: <ColumnValue value={value} text={open ? text : shorten(text)} />
      </span>
    );
  });
}

/** The text of a value; null and the empty text are set apart from a text that says so. */
function ColumnValue({ value, text }: { readonly value: unknown; readonly text: string }) {
  if (value === null || value === '') return <em>{value === null ? 'null' : 'empty'}</em>;
  return <bdi>{text}</bdi>;
}

interface OpenConversationProps {
  readonly name: string;
  readonly messages: readonly Message[];
}

function OpenConversation({ name, messages }: OpenConversationProps) {
  return (
    <div className="mt-1">
      <bdi>{name}</bdi>:
      <Conversation messages={messages} label={`Messages of ${name}`} />
    </div>
  );
}

/** Format a value: a text as it is, anything else as JSON. */
function formatValue(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Shorten `text` between characters, never inside one. */
function shorten(text: string): string {
  const start = /^[\s\S]{120}/u.exec(text)?.[0];
  return start === undefined || start.length === text.length ? text : `${start}…`;
}
