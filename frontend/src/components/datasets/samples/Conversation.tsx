import { type Message } from './messages';

interface ConversationProps {
  readonly messages: readonly Message[];
  /** Names the list for assistive technology. */
  readonly label: string;
}

/** A conversation: one bubble per message, with its role, its text and its tool calls. */
export function Conversation({ messages, label }: ConversationProps) {
  return (
    <ol aria-label={label} className="mt-2 space-y-2">
      {messages.map((message, position) => (
        <li
          key={position}
          className={`max-w-[85%] rounded-lg px-3 py-2 bg-slate-900 ${message.role === 'user' || message.role === 'human' ? 'ml-auto' : ''}`}
        >
          <span className="block text-xs text-slate-400">
            <bdi>{message.role}</bdi>
          </span>
          {message.text !== '' && (
            <div dir="auto" className="text-sm text-slate-300 whitespace-pre-wrap break-words">
              {message.text}
            </div>
          )}
          {message.calls.map((call, index) => (
            <code key={index} className="block text-xs text-emerald-300 whitespace-pre-wrap break-words">
              {call.name}({call.args})
            </code>
          ))}
        </li>
      ))}
    </ol>
  );
}
