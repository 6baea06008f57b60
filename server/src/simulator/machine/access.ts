/** An access as one integer: cell, memory order, write or not. */
export const WRITE = 1;
export const encodeAccess = (cell: number, order: number, write: number): number => (cell << 3) | (order << 1) | write;
export const cellOf = (access: number): number => access >> 3;
export const orderOf = (access: number): number => (access >> 1) & 3;
