import type { ComponentProps } from 'react';

import {
  applyButton,
  dangerButton,
  greyButton,
  linkButton,
  primaryButton,
  quietButton,
  textButton,
  waitingButton,
} from './styles';

const LOOKS = {
  apply: applyButton,
  danger: dangerButton,
  grey: greyButton,
  link: linkButton,
  primary: primaryButton,
  quiet: quietButton,
  text: textButton,
  waiting: waitingButton,
} as const;

interface ButtonProps extends ComponentProps<'button'> {
  readonly look: keyof typeof LOOKS;
}

/** A button in one of the panel's looks; it submits a form only with `type="submit"`. */
export function Button({ look, className, type = 'button', ...props }: ButtonProps) {
  const classes = className === undefined ? LOOKS[look] : `${LOOKS[look]} ${className}`;
  return <button type={type} className={classes} {...props} />;
}
