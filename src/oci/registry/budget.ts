/**
 * How many bytes may travel until it is given up: twice what there is to move, so that a bad line ends in an error instead of a bill,
 * and a little more, so that small images are not given up for nothing. Shared by all blobs of an image.
 */
export interface Budget {
  /** True when so many bytes more may be begun. */
  allows(bytes: number): boolean
  spend(bytes: number): void
}

const free = 1024 ** 2

export function openBudget(bytes: number): Budget {
  let left = 2 * bytes + free
  return {
    allows: wanted => wanted <= left,
    spend: spent => {
      left -= spent
    },
  }
}
