/** Lists compared item by item: what an edit leaves alone is the same object, so most answers cost nothing. */

export function sameLists<A, B>(
  a: readonly A[],
  b: readonly B[],
  same: (a: A, b: B) => boolean = (one, other) => Object.is(one, other),
): boolean {
  if (Object.is(a, b)) return true;
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) {
    const one = a[index]!;
    const other = b[index]!;
    if (!Object.is(one, other) && !same(one, other)) return false;
  }
  return true;
}
