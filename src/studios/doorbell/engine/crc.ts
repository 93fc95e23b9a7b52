const POLYNOMIAL = 0x1021;
const START = 0xffff;

/**
 * CRC-16/CCITT-FALSE: polynomial x¹⁶ + x¹² + x⁵ + 1, start 0xFFFF, nothing reflected. Python has it as
 * `binascii.crc_hqx(data, 0xFFFF)`; of `123456789` it is 0x29B1.
 *
 * @param bytes what to sum up
 * @returns 0 … 65535
 * @see ITU-T V.41; Williams, "A painless guide to CRC error detection algorithms", 1993
 */
export function crc16(bytes: Iterable<number>): number {
  let crc = START;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1)
      crc = (crc & 0x8000) === 0 ? (crc << 1) & 0xffff : ((crc << 1) ^ POLYNOMIAL) & 0xffff;
  }
  return crc;
}
