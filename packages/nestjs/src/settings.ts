/** The options of the module, checked once, and the token under which the guard gets them. */
import type { AdapterOptions } from '@countersign/core';

/** Checked options. */
export type Settings = Required<AdapterOptions>;

export const settingsToken: unique symbol = Symbol('countersign.settings');
