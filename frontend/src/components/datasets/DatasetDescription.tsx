import { useState } from 'react';

import { linkButton, tile } from '../common/styles';

const LONG = 600;

/** The dataset card's own words; a long text opens at a wish. */
export function DatasetDescription({ text }: { readonly text: string | null }) {
  const [open, setOpen] = useState(false);
  const description = text?.trim() ?? '';
  const long = description.length > LONG;
  return (
    <section aria-labelledby="overview-description">
      <h3 id="overview-description" className="text-lg font-semibold mb-4">
        Description
      </h3>
      <div className={tile}>
        <p
          className={`text-slate-300 whitespace-pre-line break-words ${long && !open ? 'line-clamp-6' : ''}`}
        >
          {description === '' ? 'The dataset comes without a description.' : description}
        </p>
        {long && (
          <button
            type="button"
            aria-expanded={open}
            onClick={() => setOpen(!open)}
            className={`${linkButton} mt-2`}
          >
            {open ? 'Show less' : 'Show all'}
          </button>
        )}
      </div>
    </section>
  );
}
