/** A note that sounds or will sound, as far as others have to make room for it. */
export interface Sounding {
  readonly pitchMidi: number;
  readonly startSec: number;
  /** When its key goes up: Infinity while it is held. */
  readonly releaseSec: number;
  /** When nothing of it is heard any more: Infinity while it is held. */
  readonly endSec: number;
}

/**
 * Which notes end when another begins: the one of the same pitch, for an instrument has one string for it; and where there would be
 * too many, those whose keys went up first, as they are the softest, then those that began first. The new one is always heard.
 *
 * @param voices those of the instrument, in any order
 * @param pitchMidi of the new note
 * @param atSec when it begins, seconds
 * @param most that may sound at once, the new one with them; at least 1
 * @returns those that end at that time
 */
export function madeWay<V extends Sounding>(
  voices: Iterable<V>,
  pitchMidi: number,
  atSec: number,
  most: number,
): V[] {
  const ended: V[] = [];
  const others: V[] = [];
  for (const voice of voices)
    if (voice.startSec <= atSec && voice.endSec > atSec)
      (voice.pitchMidi === pitchMidi ? ended : others).push(voice);
  const isUp = ({ releaseSec }: V): boolean => releaseSec <= atSec;
  others.sort(
    (a, b) =>
      Number(isUp(b)) - Number(isUp(a)) ||
      (isUp(a) ? a.releaseSec - b.releaseSec : 0) ||
      a.startSec - b.startSec,
  );
  return [...ended, ...others.slice(0, Math.max(0, others.length + 1 - most))];
}
