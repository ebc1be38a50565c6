import { readFileSync } from 'node:fs';

/** The front end's own settings: TypeScript looks the same in both packages. */
export default JSON.parse(readFileSync(new URL('../frontend/.prettierrc.json', import.meta.url), 'utf-8'));
