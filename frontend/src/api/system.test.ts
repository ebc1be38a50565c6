import { answerWith, asked } from '../test/asked';
import { aStorage } from '../test/fixtures';
import { getStorage } from './system';

it('asks for the disk', async () => {
  answerWith(aStorage());
  expect(await getStorage(new AbortController().signal)).toEqual(aStorage());
  await getStorage();
  expect(asked().map(({ path }) => path)).toEqual(['/api/system/storage', '/api/system/storage']);
});
