import { useMemo, useState } from 'react';

import { parseBlocks, takeBlocks } from '../../../utils/markdown';
import { Button } from '../../common/Button';
import { Markdown } from '../../common/Markdown';
import { tile } from '../../common/styles';

/** Of a longer text, only blocks that begin within these characters are shown at first. */
const PREVIEW_CHARACTERS = 600;

/** The text of the dataset card; a long one can be expanded. */
export default function DatasetDescription({ text }: { readonly text: string | null }) {
  const [open, setOpen] = useState(false);
  const blocks = useMemo(() => parseBlocks(text ?? ''), [text]);
  const first = takeBlocks(blocks, PREVIEW_CHARACTERS);
  return (
    <section aria-labelledby="overview-description">
      <h3 id="overview-description" className="text-lg font-semibold mb-4">
        Description
      </h3>
      <div className={tile}>
        {blocks.length === 0 ? (
          <p className="text-slate-300">No description provided.</p>
        ) : (
          <Markdown blocks={open ? blocks : first} />
        )}
        {first.length < blocks.length && (
          <Button look="link" aria-expanded={open} onClick={() => setOpen(!open)} className="mt-2">
            {open ? 'Show less' : 'Show all'}
          </Button>
        )}
      </div>
    </section>
  );
}
