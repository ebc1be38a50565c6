import { useState } from 'react';

import { type DatasetRoute, makeDatasetRoute } from '../../../../utils/route';
import { Button } from '../../../common/Button';
import { lazyPart } from '../../../common/lazyPart';

/** The code of the form is loaded when it is first opened. */
const SaveDialog = lazyPart(() => import('./SaveDialog'));

interface SaveButtonProps {
  readonly route: DatasetRoute;
  readonly onNavigate: (route: DatasetRoute) => void;
}

/** Opens the form that saves the filtered samples as a dataset. */
export function SaveButton({ route, onNavigate }: SaveButtonProps) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <Button look="quiet" onClick={() => setIsOpen(true)}>
        Save as dataset…
      </Button>
      {isOpen && (
        <SaveDialog
          route={route}
          onClose={() => setIsOpen(false)}
          onOpen={(id) => {
            setIsOpen(false);
            onNavigate(makeDatasetRoute(id));
          }}
        />
      )}
    </>
  );
}
