/** What a tab remembers over a reload, and nobody else needs to know. Where nothing may be kept, nothing is remembered. */
const KEY = 'atelier-doorbell-tab';

/** `armed`: it was started; `door`: the door view is open. */
export type TabFact = 'armed' | 'door';

const facts = (): Set<string> => {
  try {
    return new Set((sessionStorage.getItem(KEY) ?? '').split(' '));
  } catch (thrown) {
    if (thrown instanceof DOMException) return new Set();
    throw thrown;
  }
};

export const remembers = (fact: TabFact): boolean => facts().has(fact);

/** @param is whether it is so from now on */
export function remember(fact: TabFact, is: boolean): void {
  const all = facts();
  if (is) all.add(fact);
  else all.delete(fact);
  try {
    sessionStorage.setItem(KEY, [...all].filter((each) => each !== '').join(' '));
  } catch (thrown) {
    if (!(thrown instanceof DOMException)) throw thrown;
  }
}
