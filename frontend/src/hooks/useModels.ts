import { getModels } from '../api/tokenizations';
import { useResource } from './useResource';

/** The names of the tokenizers that this studio knows; none while that is not known. */
export function useModels(): readonly string[] {
  const { state } = useResource(getModels);
  return state.kind === 'loaded'
    ? state.value.map(({ hf_repo_id, path, name }) => hf_repo_id ?? path ?? name)
    : [];
}
