// Products on strips: matrices of (row x 32 sequences), which stay in the cache through all of time.

export const STRIP = 32;

// out = matrix @ x for a strip, rows two by two and sequences four by four, so that sums stay in registers.
// `matrix` is (rows x columns), rows even; x and out lie at `xAt` and `outAt`, (column or row x STRIP).
export function multiply(matrix, rows, columns, x, xAt, out, outAt) {
  for (let i = 0; i < rows; i += 2) {
    const first = i * columns;
    const second = first + columns;
    for (let s = 0; s < STRIP; s += 4) {
      let a0 = 0, a1 = 0, a2 = 0, a3 = 0;
      let b0 = 0, b1 = 0, b2 = 0, b3 = 0;
      let at = xAt + s;
      for (let j = 0; j < columns; j++, at += STRIP) {
        const a = matrix[first + j];
        const b = matrix[second + j];
        const x0 = x[at], x1 = x[at + 1], x2 = x[at + 2], x3 = x[at + 3];
        a0 += a * x0; a1 += a * x1; a2 += a * x2; a3 += a * x3;
        b0 += b * x0; b1 += b * x1; b2 += b * x2; b3 += b * x3;
      }
      const to = outAt + i * STRIP + s;
      out[to] = a0; out[to + 1] = a1; out[to + 2] = a2; out[to + 3] = a3;
      const next = to + STRIP;
      out[next] = b0; out[next + 1] = b1; out[next + 2] = b2; out[next + 3] = b3;
    }
  }
}

// sums += y @ x.T for a strip of each, rows and columns two by two; both numbers of rows even.
export function addOuter(sums, y, yAt, rows, x, xAt, columns) {
  for (let i = 0; i < rows; i += 2) {
    for (let j = 0; j < columns; j += 2) {
      let aa = 0, ab = 0, ba = 0, bb = 0;
      let yTo = yAt + i * STRIP;
      let xTo = xAt + j * STRIP;
      for (let s = 0; s < STRIP; s++, yTo++, xTo++) {
        const y0 = y[yTo], y1 = y[yTo + STRIP];
        const x0 = x[xTo], x1 = x[xTo + STRIP];
        aa += y0 * x0; ab += y0 * x1; ba += y1 * x0; bb += y1 * x1;
      }
      const to = i * columns + j;
      sums[to] += aa; sums[to + 1] += ab;
      sums[to + columns] += ba; sums[to + columns + 1] += bb;
    }
  }
}
