/** Says that a part of a window is on its way, in the room that it will take, so that the window does not jump. */
export function Loading({ children }: { readonly children: string }) {
  return (
    <p role="status" className="min-h-[calc(90vh-13.25rem)]">
      {children}
    </p>
  );
}
