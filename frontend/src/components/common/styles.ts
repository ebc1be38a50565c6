/** Class lists that several components share. */

export const input =
  'w-full px-4 py-2 bg-slate-900 border border-slate-700 rounded-lg focus:outline-none focus:border-emerald-500';
export const smallInput =
  'px-2 py-1 bg-slate-900 border border-slate-700 rounded focus:outline-none focus:border-emerald-500';
export const secretInput = `${input} font-mono text-sm`;
export const label = 'block text-sm font-medium text-slate-300 mb-2';
export const primaryButton =
  'w-full px-6 py-3 bg-emerald-600 hover:bg-emerald-700 disabled:bg-slate-700 disabled:cursor-not-allowed rounded-lg ' +
  'flex items-center justify-center gap-2 transition-colors font-medium';
export const applyButton =
  'w-full px-6 py-3 bg-emerald-600 hover:bg-emerald-700 disabled:bg-slate-700 disabled:cursor-not-allowed rounded-lg ' +
  'flex items-center justify-center gap-2 transition-colors';
export const quietButton =
  'px-3 py-1 bg-slate-800 rounded hover:bg-slate-700 disabled:opacity-50 disabled:cursor-not-allowed';
/** For a button that keeps the focus while it is disabled with aria-disabled. */
export const waitingButton = `${quietButton} aria-disabled:opacity-50 aria-disabled:cursor-not-allowed`;
export const dangerButton =
  'px-4 py-2 bg-red-700 hover:bg-red-800 disabled:bg-slate-700 disabled:cursor-not-allowed rounded-lg transition-colors font-medium';
export const textButton = 'text-sm text-slate-400 hover:text-slate-200 disabled:cursor-not-allowed';
export const greyButton =
  'px-4 py-2 bg-slate-700 rounded hover:bg-slate-600 disabled:opacity-50 disabled:cursor-not-allowed';
export const linkButton = 'text-sm text-emerald-400 underline hover:text-emerald-300';
export const card = 'bg-slate-900/50 border border-slate-800 rounded-lg p-6';
export const tile = 'bg-slate-800/30 rounded-lg p-4';
