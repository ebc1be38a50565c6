/** Builds the paths, queries and options of requests. */

/** Format `query` as the end of an address, without undefined, null and empty values; a list repeats its name. */
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

/** Return the option that makes a request abortable, if there is a signal. */
export function withSignal(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

export function formatDatasetPath(id: string): string {
  return `/datasets/${encodeURIComponent(id)}`;
}

export function formatTokenizationPath(id: string): string {
  return `/tokenizations/${encodeURIComponent(id)}`;
}
