/** Round numbers for the axis of a chart. */

const WANTED_TICKS = 5;

/**
 * @param {number[]} values
 * @param {boolean} fromZero bars and areas are compared by length, so they begin at zero
 * @returns {number[]} evenly spaced round numbers that enclose the values, at least two
 */
export function scale(values, fromZero) {
  let low = Math.min(...values, ...(fromZero ? [0] : []));
  let high = Math.max(...values, ...(fromZero ? [0] : []));
  if (low === high) {
    low -= Math.abs(low) / 2 || 1;
    high += Math.abs(high) / 2 || 1;
  }
  const step = roundStep((high - low) / WANTED_TICKS);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
}

/** The next of 1, 2, 5 times a power of ten. @param {number} raw */
function roundStep(raw) {
  const power = 10 ** Math.floor(Math.log10(raw));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= raw * 0.999);
  return factor * power;
}
