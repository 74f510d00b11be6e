/** A promise of another make, as libraries and other realms have: it can be awaited, and is no instance of `Promise`. */
import { runInNewContext } from 'node:vm';

export const otherPromise = runInNewContext('(value) => Promise.resolve(value)') as <T>(value: T) => Promise<T>;
