/** Less is told as less. */
const LEAST = 1e-5;
const FORMAT = new Intl.NumberFormat('en', { style: 'percent', maximumSignificantDigits: 3 });

/** A probability as a person reads it. @param share [0, 1] */
export const shareInWords = (share: number): string =>
  share < LEAST ? 'under 0.001 %' : FORMAT.format(share).replace('%', ' %');
