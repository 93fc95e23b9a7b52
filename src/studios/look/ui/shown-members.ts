import type { TwinGroupView, TwinMember } from '../state/twins.svelte.ts';

/** Of a group that holds hundreds together, so many are drawn. */
const MOST = 24;

/** The pictures of a group that are drawn, the best first. */
export const shownMembers = ({ members }: TwinGroupView): readonly TwinMember[] => members.slice(0, MOST);
