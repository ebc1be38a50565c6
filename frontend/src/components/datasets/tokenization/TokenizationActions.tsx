import type { Tokenization } from '../../../types/dataset';
import { TOKENIZATION_ACTIONS } from '../../../utils/tokenizations';
import { CopyButton } from '../../common/CopyButton';
import { type JobButtonHandlers, JobButtons } from '../shared/JobButtons';

interface TokenizationActionsProps extends JobButtonHandlers {
  readonly tokenization: Tokenization;
  readonly busy: boolean;
}

/** The actions that a tokenization's status allows, and a button that copies its path. */
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
