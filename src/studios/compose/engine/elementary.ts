/*
 * exp and log of our own: the language leaves the last digits of Math.exp and Math.log to the engine, and the same seed has
 * to give the same notes everywhere. Only operations that IEEE 754 fixes to the last bit are used.
 */

const LN2_HIGH = 6.9314718036912381649e-1;
const LN2_LOW = 1.90821492927058770002e-10;
const LN2 = 0.6931471805599453;
/** exp(−745.2) is under half of the smallest number there is. */
const SMALLEST_EXPONENT = -745.2;
/** As many as the series needs for |r| ≤ ln 2 / 2: the next term is under 1e-17. */
const EXP_TERMS = 15;
/** 1 / n!, highest n first. */
const EXP_COEFFICIENTS = ((): Float64Array => {
  const coefficients = new Float64Array(EXP_TERMS);
  let factorial = 1;
  for (let n = 0; n < coefficients.length; n += 1) {
    if (n > 0) factorial *= n;
    coefficients[coefficients.length - 1 - n] = 1 / factorial;
  }
  return coefficients;
})();
const LOG_TERMS = 12;
/** 2^−1074 … 2^0, each exact. */
const HALVES = ((): Float64Array => {
  const powers = new Float64Array(1076);
  let power = 1;
  for (let k = 0; k < powers.length; k += 1) {
    powers[k] = power;
    power /= 2;
  }
  return powers;
})();

/**
 * The exponential function, the same bits on every machine.
 *
 * @param x ≤ 0
 * @returns e^x in [0, 1], relative error under 1e-15
 * @throws RangeError when x is positive or not a number
 */
export function expOf(x: number): number {
  if (!(x <= 0)) throw new RangeError(`expected a number ≤ 0, found ${x}`);
  if (x < SMALLEST_EXPONENT) return 0;
  const k = Math.floor(x / LN2 + 0.5);
  const r = x - k * LN2_HIGH - k * LN2_LOW;
  let sum = 0;
  // By index: an iterator would take most of the time.
  for (let n = 0; n < EXP_TERMS; n += 1) sum = sum * r + (EXP_COEFFICIENTS[n] ?? 0);
  return sum * (HALVES[-k] ?? 0);
}

/**
 * The natural logarithm, the same bits on every machine.
 *
 * @param x > 0, not subnormal
 * @returns ln x, error under 1e-15 (relative, or absolute near 0)
 * @throws RangeError when x is not a positive number
 */
export function logOf(x: number): number {
  if (!(x > 0 && x < Infinity)) throw new RangeError(`expected a positive number, found ${x}`);
  let mantissa = x;
  let exponent = 0;
  for (; mantissa > Math.SQRT2; mantissa /= 2) exponent += 1;
  for (; mantissa < Math.SQRT1_2; mantissa *= 2) exponent -= 1;
  const s = (mantissa - 1) / (mantissa + 1);
  const square = s * s;
  let sum = 0;
  for (let n = LOG_TERMS; n >= 0; n -= 1) sum = sum * square + 1 / (2 * n + 1);
  return exponent * LN2_HIGH + (exponent * LN2_LOW + 2 * s * sum);
}
