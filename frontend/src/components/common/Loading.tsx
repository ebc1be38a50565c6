/** Shows that a part of a window is loading; it reserves the part's height, so that the window does not jump. */
export function Loading({ children }: { readonly children: string }) {
  return (
    <p role="status" className="min-h-[calc(90vh-13.25rem)]">
      {children}
    </p>
  );
}
