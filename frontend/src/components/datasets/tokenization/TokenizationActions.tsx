import type { Tokenization } from '../../../types/dataset';
import { listTokenizationActions } from '../../../utils/tokenizations';
import { CopyButton } from '../../common/CopyButton';
import { type JobButtonHandlers, JobButtons } from '../shared/JobButtons';

interface TokenizationActionsProps extends JobButtonHandlers {
  readonly tokenization: Tokenization;
  readonly busy: boolean;
}

/** The actions that a tokenization's status and error allow, and a button that copies its path. */
export function TokenizationActions({ tokenization, ...more }: TokenizationActionsProps) {
  const { tokenizer, path } = tokenization;
  return (
    <>
      {path !== null && <CopyButton label={`Copy the path of ${tokenizer}`} text={path} />}
      <JobButtons
        name={tokenizer}
        deleteName={`the tokenization with ${tokenizer}`}
        actions={[...listTokenizationActions(tokenization), 'delete']}
        {...more}
      />
    </>
  );
}
