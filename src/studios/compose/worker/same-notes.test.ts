/**
 * The same seed and weights give the same notes in Node (here) and in the tab (same-notes.browser.test.ts): both have to make
 * fixtures/same-notes.json. After retraining: `npx vitest run --project unit same-notes -u`.
 */
import { expect, it } from 'vitest';
import { loadNetwork } from '../../../../cli/compose/network.ts';
import { sameNotes } from './testing/same-notes.ts';

it('Node makes the kept notes', async () => {
  const { model } = await loadNetwork();
  const notes = await sameNotes((cells) => model.logitsOf(cells));
  model.dispose();
  expect(notes).toHaveLength(240);
  await expect(`${JSON.stringify(notes, null, 1)}\n`).toMatchFileSnapshot('./fixtures/same-notes.json');
});
