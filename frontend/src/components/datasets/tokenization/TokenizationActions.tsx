import type { Tokenization } from '../../../types/dataset';
import { TOKENIZATION_ACTIONS } from '../../../utils/tokenizations';
import { CopyButton } from '../../common/CopyButton';
import { type JobButtonHandlers, JobButtons } from '../shared/JobButtons';

interface TokenizationActionsProps extends JobButtonHandlers {
  readonly tokenization: Tokenization;
  readonly busy: boolean;
}

/** What the status of a tokenization lets a person do to it; its path to be copied, once it has one. */
export function TokenizationActions({ tokenization, ...more }: TokenizationActionsProps) {
  const { tokenizer, status, path } = tokenization;
  return (
    <>
      {path !== null && <CopyButton label={`Copy the path of ${tokenizer}`} text={path} />}
      <JobButtons
        name={tokenizer}
        deleteName={`the tokenization with ${tokenizer}`}
        actions={[...TOKENIZATION_ACTIONS[status], 'delete']}
        {...more}
      />
    </>
  );
}
