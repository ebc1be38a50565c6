import { getModels } from '../api/tokenizations';
import { useResource } from './useResource';

/** Return the names of the known tokenizers; none until they are loaded. */
export function useModels(): readonly string[] {
  const { state } = useResource(getModels);
  return state.kind === 'loaded'
    ? state.value.map(({ hf_repo_id, path, name }) => hf_repo_id ?? path ?? name)
    : [];
}
