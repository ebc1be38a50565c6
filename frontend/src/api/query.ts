/** How requests are put together. */

/** `query` as the end of an address; what is left out, null or empty is not said. A list is said once for each value. */
export function formatQuery(query: Readonly<Record<string, QueryValue>>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item !== undefined && item !== null && item !== '') {
        params.append(name, String(item));
      }
    }
  }
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

type QueryScalar = string | number | boolean | null | undefined;
export type QueryValue = QueryScalar | readonly QueryScalar[];

/** The option that gives a request up, where there is one. */
export function withSignal(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

export function formatDatasetPath(id: string): string {
  return `/datasets/${encodeURIComponent(id)}`;
}

export function formatTokenizationPath(id: string): string {
  return `/tokenizations/${encodeURIComponent(id)}`;
}
