/**
 * One step of a long list from what is drawn to what should be: to draw or take away many items at once would hold up the
 * page. What is not wanted any more goes first, the last of it first; then the first of what is missing comes.
 *
 * @param drawn ids in their order
 * @param wanted ids in their order, each once
 * @param most how many come or go in a step, 1 or more
 * @returns the next ids: those of both in the order of `wanted`, then what still has to go; `drawn` itself when all is done
 */
export function towards(
  drawn: readonly string[],
  wanted: readonly string[],
  most: number,
): readonly string[] {
  const isWanted = new Set(wanted);
  const isDrawn = new Set(drawn);
  const stale = drawn.filter((id) => !isWanted.has(id));
  const left = stale.slice(0, Math.max(0, stale.length - most));
  let room = stale.length === 0 ? most : 0;
  const next = wanted.filter((id) => {
    if (isDrawn.has(id)) return true;
    room -= 1;
    return room >= 0;
  });
  next.push(...left);
  return next.length === drawn.length && next.every((id, i) => id === drawn[i]) ? drawn : next;
}
