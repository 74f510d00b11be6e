/** Which known option was probably meant by one that is not known. For hints only: nothing is decided by it. */

/** Shorter names are too much alike to be told apart after a slip. */
const shortestSlip = 4;

/** Whether the texts differ in one letter: one more, one less, another one, or two neighbours that changed places. */
function isSlip(one: string, other: string): boolean {
  let start = 0;
  while (start < one.length && one[start] === other[start]) start += 1;
  let [end, otherEnd] = [one.length, other.length];
  while (end > start && otherEnd > start && one[end - 1] === other[otherEnd - 1]) {
    end -= 1;
    otherEnd -= 1;
  }
  const [left, right] = [one.slice(start, end), other.slice(start, otherEnd)];
  if (left.length <= 1 && right.length <= 1) return true;
  return left.length === 2 && right.length === 2 && left[0] === right[1] && left[1] === right[0];
}

/** The known option that is the same but for capitals, but for its end as in `scopes`, or but for one slip. */
export function meantBy(name: string, known: readonly string[]): string | undefined {
  const small = name.toLowerCase();
  if (small.length < 3) return undefined;
  const begun = known.find((one) => small.startsWith(one.toLowerCase()) || one.toLowerCase().startsWith(small));
  if (begun !== undefined || small.length < shortestSlip) return begun;
  return known.find((one) => one.length >= shortestSlip && isSlip(small, one.toLowerCase()));
}
